"""The score of several choices and real numbers: sums of the scores of softmaxes and of a Gaussian.

Shape suffixes: B batch, K outputs of the network or columns of a sample's row, S options of all choices together,
G choices of a group, X options of its longest, D real numbers.
"""

from __future__ import annotations

from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pgviz.policies.bounds import ActionBounds
from pgviz.policies.factors import ChoiceGroup, Factors
from pgviz.policies.scores import Floats, GaussianScore, Slopes


class ChoicesScore:
    """Of all choices of a group: what :class:`pgviz.policies.scores.CategoricalScore` is of one.

    Options come first in its arrays: to add up short rows takes NumPy several times as long as to add up columns.

    Parameters
    ----------
    group
        The choices.
    logits_BS
        The network's outputs for all choices, −∞ where an option is illegal.
    samples_BK
        The rows that were drawn.
    """

    def __init__(self, group: ChoiceGroup, logits_BS: Floats, samples_BK: NDArray[Any]) -> None:
        self._group = group
        logits_XGB = np.ascontiguousarray(group.rows(logits_BS).transpose(2, 1, 0))
        self._log_probs_XGB = logits_XGB - np.maximum.reduce(logits_XGB, 0)
        self._probs_XGB = np.exp(self._log_probs_XGB)
        sums_GB = np.add.reduce(self._probs_XGB, 0)
        self._probs_XGB /= sums_GB
        self._log_probs_XGB -= np.log(sums_GB)
        taken_GB = samples_BK[:, group.columns].T.astype(np.int64)
        self._taken = (taken_GB, np.arange(len(taken_GB))[:, None], np.arange(len(samples_BK)))
        self.log_probs_B: Floats = self._log_probs_XGB[self._taken].sum(0)

    @cached_property
    def _finite_log_probs_XGB(self) -> Floats:
        # Far below any logarithm that a probability above 0 has: 0 · ln 0 is to be 0.
        return np.asarray(np.maximum(self._log_probs_XGB, np.float32(-1e4)))

    @cached_property
    def _entropies_GB(self) -> Floats:
        return np.asarray(-np.add.reduce(self._probs_XGB * self._finite_log_probs_XGB, 0))

    @property
    def entropies_B(self) -> Floats:
        """Sum of the choices' entropies in nats, by state."""
        return np.asarray(self._entropies_GB.sum(0))

    @property
    def max_probabilities_B(self) -> Floats:
        """Probability of each state's likeliest options."""
        return np.asarray(self._probs_XGB.max(0).prod(0))

    def put_slopes(self, log_prob_B: Floats, entropy_B: Floats | None, out_BK: Floats) -> None:
        """Write the slopes of Σ log_prob_B · ln π + Σ entropy_B · H where the group's options are in `out_BK`."""
        weights: Floats = log_prob_B
        if entropy_B is not None:
            weights = weights + entropy_B * (self._finite_log_probs_XGB + self._entropies_GB)
        slopes_XGB = self._probs_XGB * -weights
        slopes_XGB[self._taken] += log_prob_B
        self._group.put(slopes_XGB.transpose(2, 1, 0), out_BK)


class FactoredScore:
    """Of a :class:`pgviz.policies.factors.Factored` whose log_std, where it has any, is free.

    Parameters
    ----------
    factors
        Which output and which column of a row is what.
    outputs_BK
        Logits of all choices, then means.
    log_std_D
        Of the real numbers; ``None`` where there are none.
    samples_BK
        The rows that were drawn.
    masks_BS
        True where an option is legal; ``None`` where all are.
    squashed_into
        The bounds into which real numbers are squashed; ``None`` where they are clipped.
    """

    state_log_std_D = None

    def __init__(
        self,
        factors: Factors,
        outputs_BK: Floats,
        log_std_D: Floats | None,
        samples_BK: NDArray[Any],
        masks_BS: NDArray[np.bool_] | None = None,
        *,
        squashed_into: ActionBounds | None = None,
    ) -> None:
        self._shape, options = outputs_BK.shape, factors.layout.option_count
        logits_BS = outputs_BK[:, :options]
        if masks_BS is not None:
            logits_BS = np.where(masks_BS, logits_BS, np.float32(-np.inf))
        self._choices = [ChoicesScore(group, logits_BS, samples_BK) for group in factors.groups]
        self._gaussian: GaussianScore | None = None
        if log_std_D is not None:
            reals_BD = samples_BK[:, factors.real_columns]
            self._gaussian = GaussianScore(outputs_BK[:, options:], log_std_D, reals_BD, squashed_into)
        self.log_probs_B: Floats = self._added("log_probs_B")

    def _added(self, name: str) -> Floats:
        """Add up one of the numbers of all scores, by state."""
        scores = self._choices if self._gaussian is None else [*self._choices, self._gaussian]
        total_B: Floats = np.sum([getattr(score, name) for score in scores], 0)
        return total_B

    @cached_property
    def entropies_B(self) -> Floats:
        """Entropy of each state's distribution in nats."""
        return self._added("entropies_B")

    @property
    def max_probabilities_B(self) -> Floats | None:
        """Probability of each state's likeliest action; ``None`` where real numbers are part of it."""
        if self._gaussian is not None:
            return None
        return np.asarray(np.prod([score.max_probabilities_B for score in self._choices], 0))

    def slopes(self, log_prob_B: Floats, entropy_B: Floats | None = None) -> Slopes:
        """Return the slopes of Σ log_prob_B · ln π + Σ entropy_B · H."""
        outputs_BK = np.empty(self._shape, np.float32)
        for score in self._choices:
            score.put_slopes(log_prob_B, entropy_B, outputs_BK)
        if self._gaussian is None:
            return Slopes(outputs_BK)
        means_BD, log_std_D = self._gaussian.slopes(log_prob_B, entropy_B)
        outputs_BK[:, self._shape[1] - means_BD.shape[1] :] = means_BD
        return Slopes(outputs_BK, log_std_D)
