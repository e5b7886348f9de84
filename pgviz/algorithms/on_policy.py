"""What all on-policy algorithms share.

Shape suffixes: B batch, O observation entries, T time, N copies of the environment, A choices.
"""

from __future__ import annotations

import math
from abc import abstractmethod
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from pgviz.algorithms.algorithm import Algorithm, Minibatch
from pgviz.algorithms.batch import Batch
from pgviz.algorithms.checkup import Checkup, is_due, look_at_truncations, updates_between
from pgviz.algorithms.finite import check_parameters, raise_not_finite
from pgviz.algorithms.mistakes import spoil
from pgviz.algorithms.objective import Sloped, descend
from pgviz.algorithms.optimizer import Optimizer
from pgviz.algorithms.returns import Floats, explained_variance, generalised_advantage
from pgviz.algorithms.rollout import Rollout
from pgviz.algorithms.statistics import Tally, UpdateStatistics
from pgviz.algorithms.vitals import Truncations
from pgviz.config import RunConfig
from pgviz.policies.policy import Assessment, Policy
from pgviz.policies.scores import Score


class Estimates(NamedTuple):
    """What an update made of each step of its rollout, ``(T, N)``: its advantage, and the critic's target."""

    advantages_TN: Floats
    returns_TN: Floats


class Slopes(NamedTuple):
    """Slopes of a minibatch's loss in each sample's ln π, entropy and V, ``(B,)``; ``None`` where not in it."""

    log_prob_B: Floats
    entropy_B: Floats | None
    values_B: Floats | None


class OnPolicyAlgorithm(Algorithm):
    """An algorithm that learns from what its present policy has just lived through.

    Parameters
    ----------
    config
        The run.
    policy
        What is improved, in place.
    rng
        Where minibatches are drawn from.
    """

    def __init__(self, config: RunConfig, policy: Policy, rng: np.random.Generator) -> None:
        super().__init__(config, policy, rng)
        self.has_critic = policy.critic is not None
        self.optimizer = Optimizer(policy.flat, config.text("optimizer"), config.number("optimizer_epsilon"))
        self._normalizes = config.flag("normalize_advantage")
        self.open_batch: Batch | None = None
        self.open_slopes: Slopes | None = None
        self.open_log_probs_B: Floats | None = None
        self.rollout: Rollout | None = None
        self.estimates: Estimates | None = None
        self._tally = Tally()
        self._applied = 0
        self._update = 0
        self._between = 1
        self._checkup: Checkup | None = None
        self._state_log_std_D: NDArray[np.float64] | None = None
        self._mistake = config.text("mistake")
        spoil(policy, self._mistake)

    @abstractmethod
    def _objective(self, batch: Batch, log_probs_B: Floats, advantages_B: Floats) -> Sloped:
        """Return the surrogate of J that is ascended, and its slope in each ln π."""

    def begin_update(self, remaining: float) -> None:
        """Say which share of the run is left, from 1 down to 0; the schedules follow it."""
        super().begin_update(remaining)
        self._tally = Tally()
        self._applied = 0
        self._update += 1
        self._checkup = Checkup() if self.checks_up and is_due(self._update, self._between) else None

    def set_std(self, std: float) -> None:
        """Start log_std again at ln `std`, and forget what the optimiser has gathered about it."""
        super().set_std(std)
        for parameter in self.policy.std_parameters:
            self.optimizer.forget(parameter)

    def capture(self) -> dict[str, Any]:
        """Copy everything that decides what will be learned, the optimiser's moments among it."""
        return super().capture() | {
            "optimizer": self.optimizer.capture(),
            "update": self._update,
            "between": self._between,
        }

    def restore(self, state: Mapping[str, Any]) -> None:
        """Go on from what :meth:`capture` returned."""
        super().restore(state)
        self.optimizer.restore(state["optimizer"])
        self._update, self._between = state["update"], state["between"]

    @property
    def open_size(self) -> int:
        """How many samples the open minibatch was computed from."""
        return 0 if self.open_batch is None else len(self.open_batch)

    def without(self, minibatch: Minibatch, samples: Sequence[int]) -> Minibatch:
        """Compute an open minibatch anew without some of its samples."""
        assert self.open_batch is not None
        batch = self.open_batch.select(self._kept(samples))
        return self._compute(batch, minibatch.index, self._assess(batch))

    def apply(self, minibatch: Minibatch) -> None:
        """Take the step that `minibatch` asks for."""
        if self._checkup is not None:
            self._checkup.precede(self)
        maximum = self.knobs.optional("max_gradient_norm")
        self.optimizer.step(minibatch.learning_rate, minibatch.gradient_norm, maximum)
        self._applied += 1
        if self._checkup is not None:
            self._checkup.follow(self)

    def finish_update(self) -> UpdateStatistics:
        """Check the new parameters and say what the update did.

        Raises
        ------
        NumericalFault
            Where a parameter is not finite.
        """
        check_parameters(self.policy)
        self._between = self._updates_between()
        mean, normalization = self._tally.mean, self.policy.normalization
        return UpdateStatistics(
            learning_rate=self.optimizer.learning_rate,
            entropy=mean("entropy") or 0.0,
            max_probability=mean("max_probability"),
            log_std=self._state_log_std_D if self.policy.log_std is None else self.policy.log_std_values,
            objective=mean("objective") or 0.0,
            value_loss=mean("value_error"),
            explained_variance=mean("explained_variance"),
            kl=mean("kl"),
            clip_fraction=mean("clip_fraction"),
            gradient_norm=mean("gradient_norm") or 0.0,
            minibatches=self._applied,
            observation_mean=normalization.observation_mean_O,
            observation_std=normalization.observation_std_O,
            reward_std=normalization.reward_scale,
            vitals=None if self._checkup is None else self._checkup.finish(self),
            truncations=self._look_at_truncations() if self.checks_up else None,
        )

    def _updates_between(self) -> int:
        """Say how many updates like this one to make from one checkup to the next."""
        batch, rollout = self.open_batch, self.rollout
        return updates_between(self._applied, len(batch) if batch else 0, rollout.length if rollout else 0)

    def _look_at_truncations(self) -> Truncations | None:
        if self.rollout is None or self.estimates is None or not self.has_critic:
            return None
        return look_at_truncations(self.rollout, self.estimates)

    def _estimate(self, rollout: Rollout, *, gae_lambda: float, learning: bool) -> tuple[Batch, Assessment]:
        """Turn a rollout into a batch: the policy's assessment in one pass, then advantages.

        With `learning` the assessment can be learned from, so that the loss needs no pass of its own.
        """
        self.rollout, active_B = rollout, rollout.active_B
        observations_BO, samples_B = rollout.observations_BO[active_B], rollout.samples_B[active_B]
        masks_BA = None if rollout.masks_BA is None else rollout.masks_BA[active_B]
        if self._mistake == "mask_only_in_acting":
            masks_BA = None
        assessment = self.policy.assess(observations_BO, samples_B, masks_BA, learning=learning)
        shape = (rollout.length, rollout.copies)
        values_TN, next_values_TN = np.zeros(shape, np.float32), np.zeros(shape, np.float32)
        if assessment.values_B is not None:
            values_TN.reshape(-1)[active_B] = assessment.values_B
            next_values_TN = self._next_values(rollout, values_TN)
        advantages_TN = generalised_advantage(
            rollout.rewards_TN,
            values_TN,
            next_values_TN,
            rollout.ended_TN if self._mistake == "truncation_as_termination" else rollout.terminated_TN,
            rollout.ended_TN,
            gamma=self.knobs.number("gamma"),
            gae_lambda=gae_lambda,
        )
        returns_TN = advantages_TN + values_TN
        self.estimates = Estimates(advantages_TN, returns_TN)
        returns_B = returns_TN.reshape(-1)[active_B]
        if assessment.values_B is not None and len(returns_B):
            explained = explained_variance(values_TN.reshape(-1)[active_B], returns_B)
            self._tally.add("explained_variance", explained)
        advantages_B = advantages_TN.reshape(-1)[active_B]
        places_B = np.arange(shape[0] * shape[1])[active_B]
        batch = Batch(observations_BO, samples_B, advantages_B, returns_B, masks_BA=masks_BA, places_B=places_B)
        return batch, assessment

    def _next_values(self, rollout: Rollout, values_TN: Floats) -> Floats:
        """V of the state that each step led to; an ended episode's own last state, not the next one's first."""
        finals = list(rollout.final_observations.items())
        observations = [rollout.last_observations_NO, *(each[None] for _, each in finals)]
        extra = self.policy.values(np.concatenate(observations))
        next_values_TN = np.concatenate([values_TN[1:], extra[None, : rollout.copies]])
        for ((t, n), _), value in zip(finals, extra[rollout.copies :], strict=True):
            next_values_TN[t, n] = value
        return next_values_TN

    def _assess(self, batch: Batch) -> Assessment:
        """What the present policy says of a batch."""
        return self.policy.assess(batch.observations_BO, batch.samples_B, batch.masks_BA)

    @np.errstate(all="ignore")  # what is not finite is found and named below
    def _compute(self, batch: Batch, index: int, assessment: Assessment) -> Minibatch:
        """Loss and gradient of one minibatch, given the policy's assessment of it."""
        self.open_batch = batch
        score, values_B = assessment.score, assessment.values_B
        self.open_log_probs_B = score.log_probs_B
        objective = self._objective(batch, score.log_probs_B, self.weighed_advantages(batch))
        value_error = None if values_B is None else self._value_error(batch, values_B)
        descent = descend(
            objective,
            entropy=self._entropy(score),
            entropy_coefficient=self.knobs.number("entropy_coefficient"),
            value_error=value_error,
            value_coefficient=self.knobs.number("value_coefficient"),
            flipped=self._mistake == "flipped_sign",
        )
        self.open_slopes = Slopes(*descent.slopes)
        norm = self.optimizer.receive(self.policy.gradient(assessment, *descent.slopes))
        if not (math.isfinite(descent.loss) and math.isfinite(norm)):
            named = {"observation": batch.observations_BO, "return": batch.returns_B, "value": values_B}
            named |= {"log-probability": score.log_probs_B, "loss": np.array(descent.loss)}
            raise_not_finite(self.policy, named)
        self._note(objective, value_error, norm)
        if score.state_log_std_D is not None:
            # One per state: what is reported is their mean over the update's last minibatch.
            self._state_log_std_D = score.state_log_std_D
        last, rate = self._tally.last, self.scheduled("learning_rate")
        return Minibatch(index, descent.loss, norm, rate, last("kl"), last("clip_fraction"))

    def _value_error(self, batch: Batch, values_B: Floats) -> Sloped:
        """Return the critic's mean squared error, and its slope in each value."""
        error_B = values_B - batch.returns_B
        count = np.float32(len(error_B))
        return Sloped(float(error_B.dot(error_B) / count), error_B * (np.float32(2.0) / count))

    def weighed_advantages(self, batch: Batch) -> Floats:
        """Return the advantages as they weigh in the loss: normalised where the run asks for it."""
        advantages_B, count = batch.advantages_B, len(batch)
        if not self._normalizes or count < 2:
            return advantages_B
        # In float64: what rounding leaves of equal advantages would be blown up by the division.
        centred_B = advantages_B - np.float32(advantages_B.mean(dtype=np.float64))
        std = math.sqrt(centred_B.dot(centred_B) / (count - 1))
        normalized_B: Floats = centred_B / np.float32(std + 1e-8)
        return normalized_B

    def _entropy(self, score: Score) -> Sloped | None:
        """Return the mean entropy where it is part of the loss; once an update it is noted in any case."""
        wanted = self.knobs.number("entropy_coefficient") > 0.0
        first = self._tally.count("entropy") == 0
        if not (wanted or first):
            return None
        entropies_B = score.entropies_B
        entropy = float(entropies_B.mean())
        self._tally.add("entropy", entropy)
        if first and score.max_probabilities_B is not None:
            self._tally.add("max_probability", float(score.max_probabilities_B.mean()))
        return Sloped(entropy, np.full_like(entropies_B, 1.0 / len(entropies_B))) if wanted else None

    def _note(self, objective: Sloped, value_error: Sloped | None, norm: float) -> None:
        self._tally.add("objective", objective.value)
        if value_error is not None:
            self._tally.add("value_error", value_error.value)
        self._tally.add("gradient_norm", norm)
