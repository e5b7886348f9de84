"""The tape of an action log lets go of what nobody needs any more, without moving the rest each time."""

from __future__ import annotations

import numpy as np

from pgviz.environments.action_log import MOST_IN_VAIN, ActionLog, LoggedStep
from pgviz.environments.step import VectorStep


def logged(number: int) -> LoggedStep:
    none = np.zeros(1)
    step = VectorStep(none.astype(np.float32), none, none > 0, none > 0, {}, [], {})
    return LoggedStep(np.array([number]), None, step)


def test_that_a_long_tape_is_cut_seldom_and_holds_little_in_vain() -> None:
    log, cuts = ActionLog(1), 0
    kept = 1000
    for number in range(5 * kept):
        log.append(logged(number))
        start = log.tape_start
        log.forget_tape(number - kept)
        cuts += log.tape_start > start
        assert len(log.tape) <= kept * (1 + 2 / MOST_IN_VAIN) + 1
        assert log.tape[0].actions[0] == log.tape_start  # type: ignore[union-attr]
        assert log.tape_position == number + 1
    assert 4 * MOST_IN_VAIN / 2 <= cuts <= 4 * MOST_IN_VAIN + 2


def test_that_a_short_tape_is_cut_at_once() -> None:
    log = ActionLog(1)
    for number in range(10):
        log.append(logged(number))
    log.forget_tape(9)
    assert (log.tape_start, len(log.tape)) == (9, 1)
