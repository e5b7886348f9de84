"""All randomness of a run, from its one seed."""

from __future__ import annotations

import numpy as np
import torch


class RunSeeds:
    """Independent sources for each purpose, so that one draw more in one place moves nothing elsewhere.

    Parameters
    ----------
    seed
        The run's seed.

    Attributes
    ----------
    environments
        Source of every episode's seed.
    weights
        For the initial weights.
    acting
        For the actions.
    learning
        For the minibatches.
    evaluation
        Source of the seeds of evaluation episodes.
    """

    def __init__(self, seed: int) -> None:
        environments, weights, acting, learning, evaluation = np.random.SeedSequence(seed).spawn(5)
        self.environments = environments
        self.weights = torch.Generator().manual_seed(int(weights.generate_state(1)[0]))
        self.acting = np.random.Generator(np.random.PCG64(acting))
        self.learning = np.random.Generator(np.random.PCG64(learning))
        self.evaluation = evaluation
