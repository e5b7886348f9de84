"""What a run that waits would do next, for panels that ask what if."""

from __future__ import annotations

import numpy as np

from pgviz.policies.legality import with_legality
from pgviz.policies.policy import Samples
from pgviz.session.notices import RunWaits
from pgviz.training.reports import computed
from pgviz.training.trainer import Trainer


def waits(trainer: Trainer, watched: int) -> RunWaits:
    """Describe the open minibatch, if any, and what a copy would choose from; changes and draws nothing.

    Parameters
    ----------
    trainer
        Stopped between two events, its environments open.
    watched
        Which copy; the last one where there are fewer, and another where that one rests.
    """
    index = trainer.copies.playing(watched)
    observation_O, mask_A = trainer.state_of(index)
    decision = trainer.policy.decide(observation_O, None, mask_A)
    opened = trainer.steering.open
    # The critic learns from rewards that may have been divided.
    scale = trainer.policy.normalization.reward_scale or 1.0
    return RunWaits(
        trainer.step,
        index,
        with_legality(decision, trainer.environment.masks_NA, index),
        None if opened is None else computed(trainer.step, trainer.update, opened),
        None if decision.value is None else float(scale * decision.value),
        tuple((copy, _entries(sample)) for copy, sample in sorted(trainer.steering.waiting.items())),
        trainer.algorithm.knobs.capture()["asked"],
    )


def _entries(sample: Samples) -> tuple[float, ...]:
    """A sample as a person chooses one."""
    return tuple(np.asarray(sample, float).ravel().tolist())
