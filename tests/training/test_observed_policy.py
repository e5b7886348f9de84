"""An environment that wants to know the policy is told it before each step."""

from __future__ import annotations

from itertools import islice
from typing import Any

import numpy as np
import pytest

from pgviz.environments.own.exploitability import exploitability
from pgviz.session.history import History
from pgviz.session.past import Past
from pgviz.session.session import Session
from pgviz.training.events import CategoricalDecision, EpisodeEnded, StepTaken
from tests.training.driving import short_config

EXPLOITER = "pgviz/RockPaperScissorsBestResponse-v0"


def test_that_the_exploiter_beats_whoever_can_be_foreseen() -> None:
    config = short_config(EXPLOITER, "a2c", steps=10**6)
    with Session(config) as session:
        bias = dict(session.trainer.policy.named_parameters())["actor.2.bias"]
        bias.detach()[:] = bias.new_tensor([9.0, 0.0, 0.0])  # rock, nearly always
        session.trainer.algorithm.knobs.ask("learning_rate", 1e-6)
        events = list(islice(iter(session.pull, None), 500))
    returns = [event.episode_return for event in events if isinstance(event, EpisodeEnded)]
    assert max(returns) < -45


@pytest.mark.parametrize("algorithm", ["a2c", "ppo"])
def test_that_a_told_run_is_lived_again(algorithm: str) -> None:
    config = short_config(EXPLOITER, algorithm, steps=10**6)
    session = Session(config, render=True, history=History(seconds_between=0.0))
    events: list[Any] = [session.pull() for _ in range(200)]
    weights = session.trainer.policy.weights_sha256()
    past = Past(config, session.history or History(), session.trainer.environment)
    step = next(event.step for event in events[120:] if isinstance(event, StepTaken))
    shown = past.at(step, (200, session.trainer.step))
    assert shown.detail.frame is not None
    past.close()
    session.resume(90)
    assert [repr(session.pull()) for _ in range(110)] == [repr(event) for event in events[90:]]
    assert session.trainer.policy.weights_sha256() == weights
    decision = session.trainer.look().detail.decision
    assert isinstance(decision, CategoricalDecision)
    assert exploitability(np.asarray(decision.probabilities_A, float)) >= 0.0
    session.close()
