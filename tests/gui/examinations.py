"""Hand-made examinations of minibatches, for pictures and tests of the microscope."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from pgviz.session.notices import MinibatchExamined, RunWaits
from pgviz.training.events import Decision, MinibatchComputed
from pgviz.training.examination import Examination, LayerNorms, Moves
from tests import decisions

OPEN = MinibatchComputed(256, 12, 2, 0.51, 0.8, 3e-4, 0.002, 0.12)


def examination(count: int = 6, seed: int = 0) -> Examination:
    """Samples of a softmax policy under PPO."""
    random = np.random.default_rng(seed)
    shares_B = random.normal(1 / count, 1 / count, count)
    return Examination(
        steps_ago_B=np.arange(count),
        copies_B=np.arange(count) % 2,
        episodes_B=7 + np.arange(count) % 2,
        actions=np.arange(count) % 2,
        log_probs_B=random.normal(-0.7, 0.1, count),
        old_log_probs_B=random.normal(-0.7, 0.1, count),
        ratios_B=random.normal(1.0, 0.1, count),
        clipped_B=np.arange(count) % 3 == 0,
        returns_B=random.normal(20.0, 5.0, count),
        values_B=random.normal(20.0, 5.0, count),
        advantages_B=random.normal(0.0, 1.0, count),
        gradient_norms_B=random.random(count),
        shares_B=shares_B,
        cosines_B=random.uniform(-1, 1, count),
        layers=(LayerNorms("actor.0.weight", 3.0, 0.02, 1e-3), LayerNorms("actor.0.bias", 0.0, 0.0, 0.0)),
        moves=None,
    )


def moved(given: Examination, sample: int, *policies: Decision) -> Examination:
    """The same with moves of one sample; by default of two actions."""
    found = policies or tuple(decisions.categorical([0.0, logit], None) for logit in (0.0, 0.1, 0.02, -0.05))
    before, alone, minibatch, step = found
    return replace(given, moves=Moves(sample, before, alone, minibatch, step))


def waits(minibatch: MinibatchComputed | None = OPEN) -> RunWaits:
    """A run that waits at a minibatch."""
    return RunWaits(256, 0, decisions.categorical([0.0, 0.5], None), minibatch)


def examined(given: Examination) -> MinibatchExamined:
    """The answer of the session."""
    return MinibatchExamined(256, given)
