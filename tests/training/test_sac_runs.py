"""Runs of SAC: decided by configuration and seed, whoever watches, and taken up again where they were."""

from __future__ import annotations

from itertools import islice

import numpy as np
import torch

from pgviz.config import RunConfig
from pgviz.training.events import Event, GaussianDecision, MinibatchComputed, StepTaken, UpdateApplied
from pgviz.training.trainer import Trainer
from tests.training.driving import events_of, fingerprint, of_kind
from tests.training.test_snapshot import Recording


def _config(**settings: object) -> RunConfig:
    common: dict[str, object] = {
        "steps": 120,
        "environment_count": 2,
        "hidden_sizes": (8,),
        "batch_size": 16,
        "learning_starts": 40,
        "gradient_steps": 1,
        "seed": 3,
    }
    return RunConfig.create("Pendulum-v1", "sac", **(common | settings))


def test_that_equal_seeds_give_equal_weights_and_another_seed_others() -> None:
    first = fingerprint(_config())
    torch.rand(7)
    np.random.random(7)  # noqa: NPY002
    assert fingerprint(_config()) == first
    assert fingerprint(_config(seed=4)) != first


def test_that_watching_with_pictures_gives_the_weights_of_the_headless_run() -> None:
    frames = 0

    def watch(trainer: Trainer, event: Event) -> None:
        nonlocal frames
        if isinstance(event, MinibatchComputed):
            trainer.look()
        if isinstance(event, StepTaken):
            frames += event.detail is not None and event.detail.frame is not None
            trainer.watch.wanted = event.step % 3 != 0
            trainer.watch.index = event.step % 2

    assert fingerprint(_config(), render=True, meddle=watch) == fingerprint(_config())
    assert frames > 10


def test_that_a_knob_turned_at_the_same_step_gives_the_same_weights() -> None:
    for name, value in (("temperature", 0.3), ("target_entropy", 0.5), ("tau", 0.05), ("initial_std", 0.2)):

        def turn(trainer: Trainer, event: Event, name: str = name, value: float = value) -> None:
            if isinstance(event, StepTaken) and event.step == 80:
                trainer.ask(name, value)

        turned = fingerprint(_config(), meddle=turn)
        assert fingerprint(_config(), meddle=turn) == turned
        assert turned != fingerprint(_config())


def test_that_learning_begins_after_the_warm_up_and_each_update_is_reported() -> None:
    events = events_of(_config())
    updates = of_kind(events, UpdateApplied)
    assert updates[0].step == 42
    assert len(updates) == 40
    assert len(of_kind(events, MinibatchComputed)) == 80
    for update in updates:
        assert update.minibatches == 2
        assert update.temperature is not None
        assert update.log_std is not None
        assert update.log_std.shape == (1,)
        assert update.value_loss is not None
        assert np.isfinite([update.entropy, update.objective, update.value_loss, update.gradient_norm]).all()


def test_that_a_snapshot_goes_on_to_the_bit_in_the_same_trainer_and_in_another() -> None:
    config = _config(steps=100_000, buffer_size=1000)
    recording = Recording(config, 240)
    another = Trainer(config)
    chosen = [recording.snapshots[index] for index in (40, 3, 55, 20)]
    for trainer in (recording.trainer, another):
        for place, snapshot in chosen:
            assert trainer.restore(snapshot) is None
            again = list(islice(trainer.events(), len(recording.events) - place))
            assert [repr(event) for event in again] == [repr(event) for event in recording.events[place:]]
            assert trainer.policy.weights_sha256() == recording.weights
        trainer.close()


def test_that_steps_show_the_density_of_the_state_that_they_were_taken_in() -> None:
    stds: list[float] = []

    def look(trainer: Trainer, event: Event) -> None:
        trainer.watch.wanted = True
        if isinstance(event, StepTaken) and event.detail is not None:
            decision = event.detail.decision
            assert isinstance(decision, GaussianDecision)
            assert decision.squashed
            assert decision.value is not None
            stds.append(float(decision.std_D[0]))

    fingerprint(_config(initial_std=0.5), meddle=look)
    # As asked for while nothing has been learned, another one in each state then.
    assert stds[:15] == [stds[0]] * 15
    assert len(set(stds[-10:])) == 10
