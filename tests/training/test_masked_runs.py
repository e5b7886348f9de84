"""Runs in environments that say which actions are legal."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from pgviz.config import RunConfig
from pgviz.environments.masks import MaskReader
from pgviz.errors import UsageError
from pgviz.policies.decision import CategoricalDecision, FactoredDecision
from pgviz.session.headless import train
from pgviz.training.evaluation import evaluate
from pgviz.training.events import Event, ParameterChanged, StepTaken
from pgviz.training.seeding import RunSeeds
from pgviz.training.trainer import Trainer
from tests.environments import masking
from tests.training.driving import ALGORITHMS, fingerprint, short_config, trainer_of

CORRIDOR, METHOD, PAIR = (f"tests.environments.masking:{name}-v0" for name in ("Corridor", "Method", "Pair"))
BEST = sum(range(masking.LENGTH))


def illegal(trainer: Trainer) -> int:
    """How many illegal actions the environments have been sent."""
    toys: list[Any] = [each.unwrapped for each in trainer.environment._environments]
    return sum(len(toy.illegal) for toy in toys)


@pytest.mark.parametrize("algorithm", ALGORITHMS)
@pytest.mark.parametrize("environment", [CORRIDOR, METHOD, PAIR])
def test_that_no_illegal_action_is_ever_taken(environment: str, algorithm: str) -> None:
    with trainer_of(short_config(environment, algorithm, steps=600)) as trainer:
        for _ in trainer.events():
            pass
        assert trainer.step >= 600
        assert illegal(trainer) == 0


@pytest.mark.parametrize("algorithm", ALGORITHMS)
def test_that_with_the_mask_ignored_some_are(algorithm: str) -> None:
    with trainer_of(short_config(CORRIDOR, algorithm, steps=600, action_mask=False)) as trainer:
        for _ in trainer.events():
            pass
        assert illegal(trainer) > 100


@pytest.mark.parametrize("environment", [CORRIDOR, "Taxi-v4"])
@pytest.mark.parametrize("algorithm", ALGORITHMS)
def test_that_equal_seeds_give_equal_weights_watched_or_not(environment: str, algorithm: str) -> None:
    def watch(trainer: Trainer, event: Event) -> None:
        trainer.watch.wanted = True
        trainer.look()

    # Long enough for Taxi's episodes to end.
    config, other = (short_config(environment, algorithm, steps=660, action_mask=flag) for flag in (True, False))
    heeded = fingerprint(config)
    assert heeded == fingerprint(config, meddle=watch)
    assert heeded != fingerprint(other)


def test_that_ppo_learns_the_best_legal_actions_without_an_illegal_step() -> None:
    settings: dict[str, Any] = {"rollout_length": 32, "minibatch_size": 64, "epochs": 4, "learning_rate": 1e-2}
    config = RunConfig.create(
        CORRIDOR, "ppo", steps=6000, environment_count=4, hidden_sizes=(16,), entropy_coefficient=0.01, **settings
    )
    with trainer_of(config) as trainer:
        for _ in trainer.events():
            pass
        assert illegal(trainer) == 0
        policy = trainer.policy
    assert evaluate(policy, CORRIDOR, 10, RunSeeds(0).evaluation).return_mean == BEST


def test_that_evaluation_heeds_the_mask_as_training_did(monkeypatch: pytest.MonkeyPatch) -> None:
    sent: list[Any] = []

    def step(self: masking.Corridor, action: Any) -> Any:
        sent.append(bool(self.legal()[action]))
        return original(self, action)

    original = masking.Corridor.step
    heeding = train(short_config(CORRIDOR, "ppo"))
    # The last action is the likeliest by far, and illegal until the last step.
    ignoring = train(short_config(CORRIDOR, "ppo", action_mask=False, steps=6000, learning_rate=1e-2))
    monkeypatch.setattr(masking.Corridor, "step", step)
    heeding.evaluate(5)
    assert all(sent)
    sent.clear()
    ignoring.evaluate(5)
    assert not all(sent)


def test_that_ignoring_the_mask_can_be_switched_between_two_updates() -> None:
    counts: list[tuple[bool, int]] = []
    with trainer_of(short_config(CORRIDOR, "ppo", steps=1500)) as trainer:
        trainer.watch.wanted = True
        heeded = True
        for event in trainer.events():
            if isinstance(event, ParameterChanged):
                heeded = bool(event.value)
            if isinstance(event, StepTaken):
                assert event.detail is not None
                decision = event.detail.decision
                assert isinstance(decision, CategoricalDecision)
                # What is legal is said in any case; only a mask that is heeded makes the rest impossible.
                assert decision.mask_A is not None
                ruled_out = decision.probabilities_A[~decision.mask_A]
                assert not ruled_out.any() if heeded else ruled_out.all()
                counts.append((heeded, illegal(trainer)))
                if len(counts) in (100, 250):
                    trainer.ask("action_mask", not heeded)
    before = [count for heeded, count in counts[:100]]
    phases = [heeded for heeded, _ in counts]
    off, on = phases.index(False), len(phases) - phases[::-1].index(False)
    assert set(before) == {0}
    assert counts[off][1] <= 3
    assert counts[on - 1][1] > 50
    assert counts[-1][1] == counts[on - 1][1], "nothing illegal once it is heeded again"
    assert off < on < len(counts)


def test_that_a_decision_shows_the_mask_it_was_made_under() -> None:
    with trainer_of(short_config(PAIR, "ppo")) as trainer:
        trainer.watch.wanted = True
        time = 0
        for event in trainer.events():
            if not isinstance(event, StepTaken):
                continue
            assert event.detail is not None
            assert event.detail.episode_step == time
            decision = event.detail.decision
            assert isinstance(decision, FactoredDecision)
            shown = np.concatenate([each.mask_A for each in decision.factors])  # type: ignore[attr-defined]
            assert shown.tolist() == [True, time > 0, True, time > 1, time > 2]
            time = (time + 1) % masking.LENGTH


def test_that_a_waiting_run_shows_what_is_legal_now() -> None:
    with trainer_of(short_config(CORRIDOR, "ppo")) as trainer:
        events = trainer.events()
        next(events)
        decision = trainer.look().detail.decision
        assert isinstance(decision, CategoricalDecision)
        assert decision.mask_A is not None
        assert decision.mask_A.tolist() == [True, False, False, False]
        assert decision.probabilities_A.tolist() == [1.0, 0.0, 0.0, 0.0]


@pytest.mark.parametrize("algorithm", ALGORITHMS)
def test_that_an_environment_without_masks_is_not_asked_for_any(
    algorithm: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def never(*_: object, **__: object) -> None:
        raise AssertionError("a mask was read")

    monkeypatch.setattr(MaskReader, "read", never)
    with trainer_of(short_config("CartPole-v1", algorithm)) as trainer:
        for _ in trainer.events():
            pass


@pytest.mark.parametrize(("environment", "illegal_one"), [(CORRIDOR, (3.0,)), (PAIR, (1.0, 0.0))])
def test_that_an_illegal_action_cannot_be_forced(environment: str, illegal_one: tuple[float, ...]) -> None:
    with trainer_of(short_config(environment, "ppo")) as trainer:
        events = trainer.events()
        next(events)
        with pytest.raises(UsageError, match="no action that can be taken here"):
            trainer.force(0, illegal_one)
        for _ in events:
            pass
        assert illegal(trainer) == 0
    with trainer_of(short_config(environment, "ppo", action_mask=False)) as trainer:
        events = trainer.events()
        next(events)
        trainer.force(0, illegal_one)
        next(event for event in events if isinstance(event, StepTaken))
        assert illegal(trainer) >= 1


def test_that_what_was_forced_before_the_mask_was_switched_on_must_be_legal_after() -> None:
    with trainer_of(short_config(CORRIDOR, "ppo", action_mask=False)) as trainer:
        events = trainer.events()
        next(events)
        trainer.force(0, (3.0,))
        trainer.ask("action_mask", True)
        for _ in events:
            pass
        assert illegal(trainer) == 0
