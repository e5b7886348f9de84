"""Breakpoints: when they are hit, what they count, and what they ask of a run."""

from __future__ import annotations

import pickle
import subprocess
import sys
from dataclasses import FrozenInstanceError
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pgviz.config import RunConfig
from pgviz.errors import UsageError
from pgviz.session.breakpoints import Breakpoint, BreakpointSet, Hit
from pgviz.session.event_values import EventValues
from pgviz.session.expressions import KINDS, ExpressionError
from pgviz.session.session import Session
from pgviz.training.events import Event, MinibatchComputed, UpdateApplied
from tests.session.expressions import strategies


def run_over(breakpoints: BreakpointSet, name: str, series: list[float]) -> list[int]:
    """At which places of a series of values, from 0, there is a hit; each value comes with an update."""
    return [place for place, value in enumerate(series) if breakpoints.check("update", {name: value})]


def test_that_a_breakpoint_stops_where_its_condition_holds() -> None:
    breakpoints = BreakpointSet([Breakpoint("value_loss > 0.05")])
    assert breakpoints.check("update", {"value_loss": 0.05}) == []
    assert breakpoints.check("update", {"value_loss": None}) == []
    (hit,) = breakpoints.check("update", {"value_loss": 0.06})
    assert hit == Hit(breakpoints[1], "update", 1, "value_loss = 0.06")
    assert hit.stops


def test_that_a_breakpoint_is_checked_at_the_events_of_its_names_only() -> None:
    breakpoints = BreakpointSet([Breakpoint("value_loss > 0.05"), Breakpoint("grad_norm > 10")])
    values = {"value_loss": 1.0, "grad_norm": 11.0}
    hits = {kind: [hit.breakpoint.id for hit in breakpoints.check(kind, values)] for kind in KINDS}
    assert hits == {"step": [], "episode": [], "minibatch": [2], "update": [1]}
    assert breakpoints.kinds == {"minibatch", "update"}


def test_that_a_hit_says_what_the_values_were() -> None:
    breakpoints = BreakpointSet([Breakpoint("entropy < 0.1 * ln(n_actions)", title="Entropy collapse")])
    (hit,) = breakpoints.check("update", {"entropy": 0.0612, "n_actions": 2})
    assert hit.because == "entropy = 0.0612, n_actions = 2"
    assert hit.breakpoint.name == "Entropy collapse"
    assert Breakpoint("value_loss > 1").name == "value_loss > 1"


def test_that_hits_to_pass_over_are_counted_and_do_not_stop() -> None:
    breakpoints = BreakpointSet([Breakpoint("value_loss > 1", after_hits=2)])
    assert run_over(breakpoints, "value_loss", [2, 0, 2, 2, 0, 2]) == [3, 5]
    assert breakpoints.hits(1) == 4


def test_that_a_one_shot_breakpoint_stops_once_and_stays_in_the_list() -> None:
    breakpoints = BreakpointSet(
        [Breakpoint("value_loss > 1", one_shot=True, after_hits=1), Breakpoint("value_loss > 5")]
    )
    assert run_over(breakpoints, "value_loss", [2, 2, 2]) == [1]
    assert not breakpoints[1].enabled
    assert breakpoints[2].enabled
    assert breakpoints.hits(1) == 2
    breakpoints.enable(1)
    assert run_over(breakpoints, "value_loss", [2, 2]) == [0]


def test_that_a_disabled_breakpoint_is_not_checked() -> None:
    breakpoints = BreakpointSet([Breakpoint("value_loss > 1", enabled=False)])
    assert run_over(breakpoints, "value_loss", [2]) == []
    assert breakpoints.kinds == breakpoints.needs == frozenset()
    assert breakpoints.enable(1).enabled
    assert run_over(breakpoints, "value_loss", [2]) == [0]
    breakpoints.enable(1, False)
    assert run_over(breakpoints, "value_loss", [2]) == []


def test_that_a_logpoint_says_its_message_and_does_not_stop() -> None:
    breakpoints = BreakpointSet(
        [Breakpoint("value_loss > 1", log_message="value_loss {value_loss:.2f} at {step}, {value}")]
    )
    (hit,) = breakpoints.check("update", {"value_loss": 2.0, "step": 64.0})
    assert not hit.stops
    assert hit.message == "value_loss 2.00 at 64, unknown"
    assert breakpoints.needs == {"value_loss", "step", "value"}


def test_that_an_empty_message_is_a_logpoint_too() -> None:
    breakpoints = BreakpointSet([Breakpoint("value_loss > 1", log_message="")])
    (hit,) = breakpoints.check("update", {"value_loss": 2.0})
    assert not hit.stops


def test_that_a_message_remembers_also_where_it_is_not_wanted() -> None:
    breakpoints = BreakpointSet([Breakpoint("episode_return > 100", log_message="{mean(value_loss, 2)}")])
    assert breakpoints.kinds == {"update", "episode"}
    for value_loss in (1.0, 2.0, 4.0):
        assert breakpoints.check("update", {"value_loss": value_loss, "episode_return": 200.0}) == []
    (hit,) = breakpoints.check("episode", {"value_loss": 4.0, "episode_return": 200.0})
    assert hit.message == "3"
    assert breakpoints.hits(1) == 1


def test_that_names_are_needed_as_long_as_a_breakpoint_that_uses_them_is_enabled() -> None:
    breakpoints = BreakpointSet([Breakpoint("value_loss > 1 and entropy < 1"), Breakpoint("value_loss > 2")])
    assert breakpoints.needs == {"value_loss", "entropy"}
    breakpoints.enable(1, False)
    assert breakpoints.needs == {"value_loss"}
    breakpoints.remove(2)
    assert breakpoints.needs == frozenset()


@pytest.mark.parametrize(
    ("condition", "message", "needed"),
    [
        ("abs(action[0]) > 0.99 * high[0]", None, True),
        ("reward > 0 and episode > 3", None, True),
        ("entropy < 0.1", None, False),
        ("entropy < 0.1 and reward > 0", None, True),
        ("step > 1000", None, False),
        ("step > 1000", "{reward}", True),
        ("episode_return > 400", None, False),
        ("value_loss > 0.05", "{mean(reward, 20)}", True),
    ],
)
def test_that_details_of_steps_are_asked_for_only_where_they_matter(
    condition: str, message: str | None, needed: bool
) -> None:
    breakpoints = BreakpointSet([Breakpoint(condition, log_message=message)])
    assert breakpoints.needs_detail is needed
    breakpoints.enable(1, False)
    assert breakpoints.needs_detail is False


def test_that_numbers_are_given_in_turn_or_taken_as_they_come() -> None:
    breakpoints = BreakpointSet(
        [Breakpoint("value_loss > 1"), Breakpoint("value_loss > 2", id=7), Breakpoint("value_loss > 3")]
    )
    assert [each.id for each in breakpoints] == [1, 7, 8]
    breakpoints.remove(8)
    assert breakpoints.add(Breakpoint("value_loss > 4")).id == 9
    assert 7 in breakpoints
    assert 8 not in breakpoints
    assert len(breakpoints) == 3


def test_that_a_change_keeps_the_count_as_long_as_the_condition_stays() -> None:
    breakpoints = BreakpointSet([Breakpoint("value_loss > 1")])
    run_over(breakpoints, "value_loss", [2, 2])
    assert breakpoints.change(1, title="t", after_hits=2).title == "t"
    assert breakpoints.hits(1) == 2
    assert run_over(breakpoints, "value_loss", [2]) == [0]
    breakpoints.change(1, condition="value_loss > 3")
    assert breakpoints.hits(1) == 0
    assert [each.condition for each in breakpoints] == ["value_loss > 3"]


def test_that_everything_is_forgotten_for_another_run() -> None:
    breakpoints = BreakpointSet(
        [Breakpoint("rising(value_loss)", log_message="{mean(value_loss, 2)}"), Breakpoint("value_loss > 1")]
    )
    run_over(breakpoints, "value_loss", [1, 2])
    breakpoints.reset()
    assert [breakpoints.hits(1), breakpoints.hits(2)] == [0, 0]
    assert run_over(breakpoints, "value_loss", [3, 4]) == [0, 1]
    assert breakpoints.hits(1) == 1


@pytest.mark.parametrize(
    ("do", "said"),
    [
        (lambda them: them.add(Breakpoint("entrpy < 1")), "did you mean entropy"),
        (lambda them: them.add(Breakpoint("value_loss > 1", log_message="{")), "no partner"),
        (lambda them: them.add(Breakpoint("value_loss > 1", after_hits=-1)), "0 or more"),
        (lambda them: them.add(Breakpoint("value_loss > 1", id=1)), "a breakpoint 1 already"),
        (lambda them: them.change(1, condition="value_loss >"), "missing at the end"),
        (lambda them: them.put(Breakpoint("value_loss > 1")), "no breakpoint 0"),
        (lambda them: them.change(9, title="t"), "no breakpoint 9; there are: 1"),
        (lambda them: them.remove(9), "no breakpoint 9"),
        (lambda them: them.enable(9), "no breakpoint 9"),
        (lambda them: them.hits(9), "no breakpoint 9"),
        (lambda them: them[9], "no breakpoint 9"),
    ],
)
def test_that_what_cannot_be_done_is_said_and_changes_nothing(do: Any, said: str) -> None:
    breakpoints = BreakpointSet([Breakpoint("value_loss > 1")])
    run_over(breakpoints, "value_loss", [2])
    with pytest.raises(UsageError, match=said):
        do(breakpoints)
    assert list(breakpoints) == [Breakpoint("value_loss > 1", id=1)]
    assert breakpoints.hits(1) == 1
    assert run_over(breakpoints, "value_loss", [0, 2]) == [1]


def test_that_an_empty_set_asks_for_nothing() -> None:
    breakpoints = BreakpointSet([Breakpoint("value_loss > 1")])
    breakpoints.clear()
    assert all(breakpoints.check(kind, {}) == [] for kind in KINDS)
    assert breakpoints.kinds == frozenset()
    with pytest.raises(UsageError, match="none is set"):
        breakpoints.remove(1)


def test_that_a_breakpoint_is_frozen_and_pickles_and_so_does_its_hit() -> None:
    breakpoint = Breakpoint("value_loss > 1", 3, True, 2, True, "{value_loss}", "t")
    hit = Hit(breakpoint, "update", 1, "value_loss = 2", "2")
    assert pickle.loads(pickle.dumps((breakpoint, hit))) == (breakpoint, hit)
    with pytest.raises(FrozenInstanceError):
        breakpoint.enabled = False  # type: ignore[misc]


@given(
    st.lists(strategies.conditions, max_size=4),
    st.lists(st.dictionaries(st.sampled_from(strategies.SCALARS), strategies.anything), max_size=4),
)
def test_that_no_value_makes_a_check_raise(pairs: list[strategies.Pair], rows: list[dict[str, Any]]) -> None:
    texts = [pair.text for pair in pairs if len(pair.text) < 480]
    conditions: list[Breakpoint] = []
    for text in texts:
        conditions += [Breakpoint(text), Breakpoint(f"rising({text})", log_message="{value_loss} {entropy:.2f}")]
    try:
        breakpoints = BreakpointSet(conditions)
    except ExpressionError:  # nested too deeply
        return
    for values in rows:
        for kind in KINDS:
            assert all(isinstance(hit, Hit) for hit in breakpoints.check(kind, values))


def test_that_breakpoints_are_light_enough_for_a_window_to_import() -> None:
    program = (
        "import sys, pgviz.session.event_values, pgviz.session.ready_breakpoints;"
        "print([name for name in ('torch', 'gymnasium', 'PySide6') if name in sys.modules])"
    )
    printed = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True).stdout
    assert printed.strip() == "[]"


def first_stop(breakpoints: BreakpointSet, config: RunConfig) -> tuple[Event, list[Hit]]:
    """Pull a run until a breakpoint stops it, as a session does."""
    values, hits = EventValues(), list[Hit]()

    def holds(event: Event) -> bool:
        kind = values.take(event)
        hits[:] = [] if kind is None else breakpoints.check(kind, values)
        return any(hit.stops for hit in hits)

    with Session(config) as session:
        event = session.pull_until(holds)
    assert event is not None
    return event, hits


SMALL = RunConfig.create(
    "CartPole-v1", "ppo", steps=2000, environment_count=2, rollout_length=16, minibatch_size=16, epochs=2
)


def test_that_a_run_stops_with_the_minibatch_open() -> None:
    event, hits = first_stop(BreakpointSet([Breakpoint("update == 2 and minibatch == 3")]), SMALL)
    assert isinstance(event, MinibatchComputed)
    assert (event.update, event.minibatch, event.step) == (2, 3, 64)
    assert hits[0].because == "minibatch = 3, update = 2"


def test_that_a_run_stops_at_the_update_that_a_condition_names() -> None:
    event, _ = first_stop(BreakpointSet([Breakpoint("entropy < ln(n_actions) and step > 100")]), SMALL)
    assert isinstance(event, UpdateApplied)
    assert event.step > 100
    assert event.entropy < 0.6932
