"""Factored policies, for actions that are made up of several choices and real numbers.

Shape suffixes: B batch, N copies of the environment, O observation entries, S options of all choices together, D
real numbers, K columns of a sample's row (of the network's outputs, in ``outputs_BK``).
"""

from __future__ import annotations

from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from pgviz.action_layout import ActionLayout
from pgviz.policies.bounds import ActionBounds
from pgviz.policies.decision import Array, FactoredDecision, PolicyFacts
from pgviz.policies.factor_decisions import DrawnRow
from pgviz.policies.factored_score import FactoredScore
from pgviz.policies.factors import Factored, Factors
from pgviz.policies.gaussian import RealPolicy
from pgviz.policies.networks import NetworkShape
from pgviz.policies.policy import Mask, Samples
from pgviz.policies.scores import Score


class FactoredPolicy(RealPolicy):
    """A softmax for each choice and a diagonal Gaussian for all real numbers, side by side on one network.

    The network's outputs are the logits of all choices, then the means, then log_std where it is of the state. See
    :mod:`pgviz.policies.gaussian` for the two kinds of log_std.

    Parameters
    ----------
    layout
        How the action is made up.
    squash
        Whether real numbers are squashed into their bounds, rather than clipped to them.
    initial_std
        σ₀, from which log_std starts.
    state_std
        Whether log_std is an output of the network, rather than free.
    """

    def __init__(
        self,
        shape: NetworkShape,
        layout: ActionLayout,
        generator: torch.Generator,
        *,
        squash: bool,
        initial_std: float,
        state_std: bool = False,
    ) -> None:
        super().__init__(
            shape,
            layout.option_count,
            ActionBounds(layout.low_D, layout.high_D),
            generator,
            squash=squash,
            initial_std=initial_std,
            state_std=state_std,
        )
        self.layout = layout
        self.takes_masks = layout.option_count > 0
        self._factors = Factors(layout)

    def _distribution(self, outputs_BK: Tensor, log_std_D: Tensor | None, masks_BA: Tensor | None) -> Factored:
        logits_BS = outputs_BK[:, : self.layout.option_count]
        choices = [group.distribution(logits_BS, masks_BA) for group in self._factors.groups]
        reals_BK = outputs_BK[:, self.layout.option_count :]
        return Factored(self._factors, choices, self._gaussian(reals_BK, log_std_D) if self._real_count else None)

    def _score(self, outputs_BK: NDArray[np.float32], samples_B: Samples, masks_BA: Mask | None) -> Score:
        log_std_D = self._free_log_std_D
        if self._real_count and log_std_D is None:
            return super()._score(outputs_BK, samples_B, masks_BA)
        bounds = self._squashed_into
        return FactoredScore(self._factors, outputs_BK, log_std_D, samples_B, masks_BA, squashed_into=bounds)

    def act(self, observations_NO: Array, rng: np.random.Generator, masks_NA: Mask | None = None) -> NDArray[Any]:
        """Draw a row per state, shape ``(N, K)``: indices of options, and real numbers before squashing."""
        outputs_NK = self.fast_actor.outputs(observations_NO)
        logits_NS = outputs_NK[:, : self.layout.option_count]
        if masks_NA is not None:
            logits_NS = np.where(masks_NA, logits_NS, -np.inf)
        indices = [group.draw(logits_NS, rng) for group in self._factors.groups]
        reals_NK = outputs_NK[:, self.layout.option_count :]
        return self._factors.join(indices, self._draw_reals(reals_NK, rng) if self._real_count else None)

    def to_actions(self, samples: Samples) -> Samples:
        """Turn rows into actions: each choice from its smallest option on, real numbers within their bounds.

        Returns
        -------
        numpy.ndarray
            In the space's shape where it has one; rows still for a Tuple or Dict, see
            :func:`pgviz.action_layout.splitter`.
        """
        rows_NK = np.array(samples, np.float64 if self._real_count else np.int64)
        rows_NK[:, self.layout.choice_columns_F] += self.layout.starts_F
        if self._real_count:
            rows_NK[:, self.layout.real_columns_D] = self._bounded(rows_NK[:, self.layout.real_columns_D])
        shape = self.layout.space.shape
        return rows_NK if shape is None else rows_NK.reshape(len(rows_NK), *shape)

    def allows(self, sample: Samples, mask_A: Mask | None) -> bool:
        """Whether one row has an option for each choice, and a legal one."""
        counts_F = self.layout.counts_F
        given_F = np.asarray(sample)[self.layout.choice_columns_F]
        index_F = given_F.astype(np.int64)
        if not ((index_F == given_F) & (index_F >= 0) & (index_F < counts_F)).all():
            return False
        return mask_A is None or bool(mask_A[index_F + np.cumsum(counts_F) - counts_F].all())

    def decide(self, observation_O: Array, sample: Samples | None, mask_A: Mask | None = None) -> FactoredDecision:
        """Describe the draw of one row, factor by factor."""
        masks_1A = None if mask_A is None else torch.from_numpy(mask_A[None])
        sample_K = None if sample is None else np.array(sample)
        with torch.no_grad():
            outputs_1K = torch.from_numpy(self.fast_actor.outputs(self.normalization.see(observation_O)[None]))
            distribution = self._distribution(outputs_1K, self.log_std, masks_1A)
            logits_S = outputs_1K[0, : self.layout.option_count].numpy()
            log_prob = None if sample_K is None else float(distribution.log_prob(torch.from_numpy(sample_K[None])))
            row = DrawnRow(np.array(observation_O), distribution, logits_S, sample_K, mask_A, self.squash)
            return FactoredDecision(
                observation=row.observation,
                log_prob=log_prob,
                entropy=float(distribution.entropy()),
                value=self.value_of(observation_O),
                **self.scaling(observation_O),
                factors=row.decisions(),
            )

    @property
    def facts(self) -> PolicyFacts:
        """Kind, size and the entropy of the uniform policy: Σ ln n over the choices, and the log of the volume."""
        volume_log = self.bounds.volume_log if self._real_count else 0.0
        return PolicyFacts(
            kind="factored",
            parameter_count=self.flat.numel(),
            has_std=self._real_count > 0,
            has_value=self.critic is not None,
            uniform_entropy=None if volume_log is None else float(np.log(self.layout.counts_F).sum()) + volume_log,
            device=self.shape.device,
        )
