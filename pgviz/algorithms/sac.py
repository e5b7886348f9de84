"""SAC, soft actor–critic with a learned temperature (Haarnoja et al. 2018, arXiv:1812.05905).

Actions are *normalised* here: from −1 to 1 in each dimension, whatever the environment's bounds. The critics are
given them, and ln π, the target of the entropy and the losses are those of the normalised action, as in other
implementations. What a decision shows, and the entropy reported of an update, are in the environment's units.

Each gradient step is two minibatches on the same batch, so that there is a place to stop before either's step:

1. both critics' errors → their step, after which the targets follow;
2. the actor's loss, through the critics as they are now, and the temperature's → a step of each.

The numbers are those of one pass in the usual order: the actor does not change between the two, so that its
actions for both are drawn at once, and α is read before its own step.

Shape suffixes: B batch, N copies of the environment, O observation entries, D action dimensions, K outputs of the
actor, C the two critics, P all numbers of the agent.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray

from pgviz.algorithms.algorithm import Minibatch
from pgviz.algorithms.finite import raise_not_finite
from pgviz.algorithms.objective import Sloped, descend
from pgviz.algorithms.off_policy import OffPolicyAlgorithm
from pgviz.algorithms.optimizer import Optimizer
from pgviz.algorithms.replay_buffer import Transitions
from pgviz.algorithms.rollout import Rollout
from pgviz.algorithms.statistics import UpdateStatistics
from pgviz.config import RunConfig
from pgviz.policies.decision import Array
from pgviz.policies.policy import Mask, Samples
from pgviz.policies.running import Floats
from pgviz.policies.sac_policy import SACPolicy
from pgviz.policies.squashed_draw import SquashedDraw, draw

_STAGES = 2
# The entropy reported is a mean over so many states of a batch.
_ENTROPY_STATES = 64


class _Drawn(NamedTuple):
    """The actor's actions in the states of a batch and in those that they led to, and the way back to it."""

    noise_2BD: Floats
    now: SquashedDraw
    after: SquashedDraw
    kept: object


class SAC(OffPolicyAlgorithm):
    """Twin critics of return and entropy to come, an actor that climbs the smaller one, and α to weigh the two.

    Parameters
    ----------
    config
        The run.
    policy
        What is improved, in place.
    rng
        Where batches, and the actions drawn to learn from them, come from.
    """

    policy: SACPolicy
    _drawn: _Drawn

    def __init__(self, config: RunConfig, policy: SACPolicy, rng: np.random.Generator) -> None:
        super().__init__(config, policy, rng)
        self._gradient_P = np.zeros(policy.flat.numel(), np.float32)
        policy.flat.grad = torch.from_numpy(self._gradient_P)
        self._actor_P = policy.flat.detach().numpy()[policy.actor_part]
        self._zeros_P = np.zeros_like(self._actor_P)
        self._learns_temperature = config.flag("learn_temperature")
        self._started_temperature = config.number("temperature")
        self._parts = {"actor": policy.actor_part, "critics": policy.critic_part}
        kind, epsilon = config.text("optimizer"), config.number("optimizer_epsilon")
        self._gradients = {name: self._gradient_P[part] for name, part in self._parts.items()}
        self._optimizers = {
            name: Optimizer(policy.flat.detach()[part].requires_grad_(), kind, epsilon)
            for name, part in self._parts.items()
        }
        self._log_std_BD: Floats | None = None

    @property
    def uses_masks(self) -> bool:
        """Whether the environment's action masks are heeded: real actions have none."""
        return False

    @property
    def target_entropy(self) -> float:
        """The entropy of the normalised action at which a learned α holds the policy."""
        target = self.knobs.optional("target_entropy")
        return -float(self.policy.dimensions) if target is None else target

    def _explore(self, observations_NO: Array, rng: np.random.Generator, masks_NA: Mask | None) -> Samples:
        """Draw evenly from the box while warming up, and from the policy then."""
        if self.warming_up:
            return self.policy.draw_uniform(len(observations_NO), rng)
        return self.policy.act(observations_NO, rng, masks_NA)

    def begin_update(self, remaining: float) -> None:
        """Prepare to learn; where its knob was moved, α starts again."""
        super().begin_update(remaining)
        asked = self.knobs.number("temperature")
        if asked != self._started_temperature:
            self._started_temperature = asked
            log_temperature = self.policy.log_temperature.detach()
            log_temperature.fill_(math.log(asked))
            self._optimizers["actor"].forget(log_temperature)

    def set_std(self, std: float) -> None:
        """Start log_std again at ln `std`, and forget what the actor's optimiser has gathered about it."""
        super().set_std(std)
        for parameter in self.policy.std_parameters:
            self._optimizers["actor"].forget(parameter)

    def minibatches(self, rollout: Rollout) -> Iterator[Minibatch]:
        """Remember the rollout, then compute the gradient steps that are due: of each first the critics' part."""
        for critics in super().minibatches(rollout):
            yield critics
            yield self._actor(critics.index + 1)

    def _compute(self, transitions: Transitions, index: int) -> Minibatch:
        shape = (2, len(transitions.rewards_B), self.policy.dimensions)
        self._draw(transitions, self._rng.standard_normal(shape, np.float32))
        return self._critics(_STAGES * index)

    @np.errstate(all="ignore")  # what is not finite is found, named and reported with the loss
    def _draw(self, transitions: Transitions, noise_2BD: Floats) -> None:
        """Draw the actor's actions in the states of a batch and in those that they led to, in one pass."""
        both_BO = np.concatenate([transitions.observations_BO, transitions.next_observations_BO])
        outputs_BK, kept = self.policy.fast_actor.forward(both_BO)
        actions, count = draw(outputs_BK, noise_2BD.reshape(len(both_BO), -1)), len(transitions.rewards_B)
        self._drawn = _Drawn(noise_2BD, actions.rows(slice(count)), actions.rows(slice(count, None)), kept)

    def without(self, minibatch: Minibatch, samples: Sequence[int]) -> Minibatch:
        """Compute an open minibatch anew without some of its samples; the noise of the others is the same."""
        kept = self._kept(samples)
        self.open_batch = self._batch.select(kept)
        self._draw(self.open_batch, self._drawn.noise_2BD[:, kept])
        again = self._actor if minibatch.index % _STAGES else self._critics
        return again(minibatch.index)

    def targets(self, transitions: Transitions, action: SquashedDraw) -> Floats:
        """Return r + γ (min Q⁻(s′, a′) − α ln π(a′|s′)), and r alone where the task ended, ``(B,)``.

        Section 4.2, with a′ drawn anew from the present policy.
        """
        policy = self.policy
        values_CB, _ = policy.targets.values(transitions.next_observations_BO, action.actions_BD)
        next_B = np.minimum(*values_CB) - policy.temperature * action.log_probs_B
        next_B[transitions.terminated_B > 0.0] = 0.0
        return np.asarray(transitions.rewards_B + np.float32(self.knobs.number("gamma")) * next_B)

    @np.errstate(all="ignore")
    def _critics(self, index: int) -> Minibatch:
        """Loss Σ ½ E[(Q − y)²] of both critics, section 4.2, and its gradient."""
        batch, policy = self._batch, self.policy
        targets_B = self.targets(batch, self._drawn.after)
        values_CB, kept = policy.critics.values(batch.observations_BO, np.tanh(batch.samples_B))
        errors_CB = values_CB - targets_B
        scale = np.float32(1.0 / len(targets_B))
        loss = 0.5 * float(np.vdot(errors_CB, errors_CB) * scale)
        policy.critics.backward(errors_CB * scale, kept, self._gradient_P)
        norm = self._receive("critics")
        if not (math.isfinite(loss) and math.isfinite(norm)):
            self._raise(batch, {"target": targets_B, "value": values_CB, "loss": np.array(loss)})
        self._tally.add("value_error", loss)
        self._tally.add("critic_norm", norm)
        return Minibatch(index, loss, norm, self.scheduled("learning_rate"))

    @np.errstate(all="ignore")
    def _actor(self, index: int) -> Minibatch:
        """Objective E[min Q − α ln π] of the actor, loss −ln α (E[ln π] + target) of the temperature; gradients.

        Sections 4.2 and 5; with ln α in the place of α, as published code has it, for α to stay positive.
        """
        batch, policy, action = self._batch, self.policy, self._drawn.now
        values_CB, kept = policy.critics.values(batch.observations_BO, action.actions_BD)
        temperature = np.float32(policy.temperature)
        terms_B = np.minimum(*values_CB) - temperature * action.log_probs_B
        objective = Sloped.mean(terms_B, np.ones_like(terms_B))
        descent = descend(objective)
        in_terms_B = descent.slopes[0]
        slopes_BD = policy.critics.smaller_gradient(values_CB, kept) * in_terms_B[:, None]
        gradient_BK = action.gradient(slopes_BD, -temperature * in_terms_B)
        policy.fast_actor.backward(gradient_BK, self._drawn.kept, self._gradient_P)
        log_prob = float(np.add.reduce(action.log_probs_B)) / len(terms_B)
        loss = descent.loss + self._temperature_loss(log_prob)
        norm = self._receive("actor")
        if not (math.isfinite(loss) and math.isfinite(norm)):
            named = {"log-probability": action.log_probs_B, "value": values_CB, "loss": np.array(loss)}
            self._raise(batch, named)
        self._note(action, objective.value, norm)
        return Minibatch(index, loss, norm, self.scheduled("learning_rate"))

    def _temperature_loss(self, log_prob: float) -> float:
        """Return the temperature's loss, and write its gradient; both are 0 where it is not learned."""
        surplus = log_prob + self.target_entropy if self._learns_temperature else 0.0
        self._gradient_P[self.policy.temperature_part] = -surplus
        return -float(self.policy.log_temperature_1[0]) * surplus

    @property
    def _batch(self) -> Transitions:
        assert self.open_batch is not None
        return self.open_batch

    def _receive(self, name: str) -> float:
        return self._optimizers[name].receive(self._gradients[name])

    def _raise(self, batch: Transitions, tensors: Mapping[str, NDArray[Any]]) -> None:
        named = {"observation": batch.observations_BO, "reward": batch.rewards_B, **tensors}
        raise_not_finite(self.policy, named)

    def _note(self, action: SquashedDraw, objective: float, norm: float) -> None:
        """Note what the update's statistics are made of; the entropy once an update."""
        if not self._tally.count("entropy"):
            self._tally.add("entropy", action.mean_entropy(_ENTROPY_STATES) + self.policy.log_halves)
        self._tally.add("objective", objective)
        self._tally.add("actor_norm", norm)
        self._log_std_BD = action.log_std_BD

    def apply(self, minibatch: Minibatch) -> None:
        """Take the step that `minibatch` asks for: the critics', or the actor's and the temperature's."""
        rate, norm = minibatch.learning_rate, minibatch.gradient_norm
        maximum = self.knobs.optional("max_gradient_norm")
        if minibatch.index % _STAGES == 0:
            self._optimizers["critics"].step(rate, norm, maximum)
            self.policy.follow(self.knobs.number("tau"))
        else:
            self._optimizers["actor"].step(rate, norm, maximum)
        self._applied += 1

    def finish_update(self) -> UpdateStatistics:
        """Check the new parameters and say what the update did.

        The entropy is the policy's in the environment's units, a mean over states of the first batch; log_std is
        its mean over the last batch; the gradient is that of critics, actor and temperature together.

        Raises
        ------
        NumericalFault
            Where a parameter is not finite that the next action hangs on; of others the next loss will tell.
        """
        self._check_actor()
        mean = self._tally.mean
        return UpdateStatistics(
            learning_rate=self._optimizers["critics"].learning_rate,
            entropy=mean("entropy") or 0.0,
            max_probability=None,
            log_std=self._log_std_D,
            objective=mean("objective") or 0.0,
            value_loss=mean("value_error"),
            explained_variance=None,
            kl=None,
            clip_fraction=None,
            gradient_norm=math.hypot(mean("critic_norm") or 0.0, mean("actor_norm") or 0.0),
            minibatches=self._applied,
            temperature=self.policy.temperature,
            observation_mean=self.policy.normalization.observation_mean_O,
            observation_std=self.policy.normalization.observation_std_O,
        )

    @property
    def _log_std_D(self) -> NDArray[np.float64] | None:
        if self._log_std_BD is None:
            return None
        return np.asarray(np.add.reduce(self._log_std_BD, 0, dtype=np.float64) / len(self._log_std_BD))

    @np.errstate(all="ignore")
    def _check_actor(self) -> None:
        # 0 · x is 0 exactly where x is finite, and a product of vectors takes a third of the time of a sum.
        if np.dot(self._actor_P, self._zeros_P) != 0.0:
            raise_not_finite(self.policy, {})

    def capture(self) -> dict[str, Any]:
        """Copy everything that decides what will be learned."""
        optimizers = {name: optimizer.capture() for name, optimizer in self._optimizers.items()}
        return super().capture() | {"optimizers": optimizers, "started_temperature": self._started_temperature}

    def restore(self, state: Mapping[str, Any]) -> None:
        """Go on from what :meth:`capture` returned."""
        super().restore(state)
        for name, optimizer in self._optimizers.items():
            optimizer.restore(state["optimizers"][name])
        self._started_temperature = state["started_temperature"]
