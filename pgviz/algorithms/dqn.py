"""DQN: learning the value of every action (Mnih et al. 2015, doi:10.1038/nature14236).

Shape suffixes: B batch, N copies of the environment, O observation entries, A actions, P parameters.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pgviz.algorithms.algorithm import Minibatch
from pgviz.algorithms.finite import check_parameters, raise_not_finite
from pgviz.algorithms.off_policy import OffPolicyAlgorithm
from pgviz.algorithms.optimizer import Optimizer
from pgviz.algorithms.replay_buffer import Transitions
from pgviz.algorithms.statistics import UpdateStatistics
from pgviz.algorithms.target import TargetNetwork
from pgviz.config import RunConfig
from pgviz.policies.behaviour import ruled_out
from pgviz.policies.decision import Array
from pgviz.policies.policy import Mask, Samples
from pgviz.policies.q_policy import QPolicy

Floats = NDArray[np.float32]


class DQN(OffPolicyAlgorithm):
    """Q-learning with a replay buffer and a target network; ε-greedy or Boltzmann behaviour.

    Parameters
    ----------
    config
        The run.
    policy
        What is improved, in place.
    rng
        Where batches are drawn from.

    Attributes
    ----------
    target
        The network that targets are computed with.
    """

    policy: QPolicy

    def __init__(self, config: RunConfig, policy: QPolicy, rng: np.random.Generator) -> None:
        super().__init__(config, policy, rng)
        self.optimizer = Optimizer(policy.flat, config.text("optimizer"), config.number("optimizer_epsilon"))
        self.target = TargetNetwork(policy.actor, policy.shape)
        self._steps = config.steps

    @property
    def epsilon(self) -> float:
        """Share of actions to draw evenly at the next step.

        All of them while warming up; then, for ε-greedy, what the linear schedule says, and none for Boltzmann.
        """
        if self.warming_up:
            return 1.0
        if self.knobs["exploration"] == "boltzmann":
            return 0.0
        initial, final = self.knobs.number("initial_epsilon"), self.knobs.number("final_epsilon")
        done, fraction = self.acted / self._steps, self.knobs.number("exploration_fraction")
        return final if done >= fraction else initial + (final - initial) * done / fraction

    def begin_rollout(self, remaining: float) -> None:
        """Prepare to act; `remaining` is the share of the run that is left, from 1 down to 0."""
        super().begin_rollout(remaining)
        boltzmann = self.knobs["exploration"] == "boltzmann"
        self.policy.behaviour.temperature = self.knobs.number("boltzmann_temperature") if boltzmann else None
        self.policy.behaviour.epsilon = self.epsilon

    def _explore(self, observations_NO: Array, rng: np.random.Generator, masks_NA: Mask | None) -> Samples:
        self.policy.behaviour.epsilon = self.epsilon
        return self.policy.act(observations_NO, rng, masks_NA)

    @np.errstate(all="ignore")  # what is not finite is found, named and reported with the loss
    def _remembered(self, collected: int) -> None:
        """Move the target network as often as its interval has passed.

        The network does not change while steps are collected, so that k moves by τ are one by 1 − (1 − τ)^k.
        """
        interval = int(self.knobs.number("target_update_interval"))
        added = self.replay.added
        due = added // interval - (added - collected) // interval
        if due:
            rate = 1.0 - (1.0 - self.knobs.number("tau")) ** due
            self.target.follow(self.policy.flat.detach().numpy(), rate)

    def targets(self, transitions: Transitions) -> Floats:
        """Return r + γ max Q⁻(s′, ·) over the legal actions, and r alone where the task ended, ``(B,)``.

        Mnih et al. 2015, algorithm 1. With double Q-learning the network chooses and the target network values:
        r + γ Q⁻(s′, argmax Q(s′, ·)) (van Hasselt et al. 2016, arXiv:1509.06461, equation 4).
        """
        next_BO, masks_BA = transitions.next_observations_BO, transitions.next_masks_BA
        next_BA = self.target.forward(next_BO)
        if self.knobs["double_q"]:
            next_B = next_BA.take(_places(next_BA, self.policy.action_values(next_BO, masks_BA).argmax(1)))
        else:
            next_B = ruled_out(next_BA, masks_BA).max(1)
        # Not a product: after the end nothing may be legal, and the largest of nothing is −∞.
        next_B[transitions.terminated_B > 0.0] = 0.0
        return transitions.rewards_B + np.float32(self.knobs.number("gamma")) * next_B

    @np.errstate(all="ignore")
    def _compute(self, transitions: Transitions, index: int) -> Minibatch:
        """Loss and gradient on a batch; the fast path, in NumPy."""
        policy = self.policy
        values_BA, inputs = policy.fast_actor.forward(transitions.observations_BO)
        taken_B = _places(values_BA, transitions.samples_B)
        values_B, targets_B = values_BA.take(taken_B), self.targets(transitions)
        loss, slopes_B = huber(values_B, targets_B)
        slopes_BA = np.zeros_like(values_BA)
        slopes_BA.put(taken_B, slopes_B)
        gradient_P = np.empty(policy.flat.numel(), np.float32)
        policy.fast_actor.backward(slopes_BA, inputs, gradient_P)
        norm = self.optimizer.receive(gradient_P)
        if not (math.isfinite(loss) and math.isfinite(norm)):
            named = {"observation": transitions.observations_BO, "reward": transitions.rewards_B}
            named |= {"next observation": transitions.next_observations_BO, "target": targets_B}
            named |= {"value": values_B, "loss": np.array(loss)}
            raise_not_finite(policy, named)
        self._note(loss, norm, values_B, values_BA, transitions.masks_BA)
        return Minibatch(index, loss, norm, self.scheduled("learning_rate"))

    def _note(self, loss: float, norm: float, values_B: Floats, values_BA: Floats, masks_BA: Mask | None) -> None:
        """Note what the update's statistics are made of; those of the behaviour once an update."""
        if not self._tally.count("entropy"):
            entropy, largest = self.policy.behaviour.summary(values_BA, masks_BA)
            self._tally.add("entropy", entropy)
            self._tally.add("max_probability", largest)
        self._tally.add("value_error", loss)
        self._tally.add("objective", float(np.add.reduce(values_B)) / len(values_B))
        self._tally.add("gradient_norm", norm)

    def apply(self, minibatch: Minibatch) -> None:
        """Take the step that `minibatch` asks for."""
        maximum = self.knobs.optional("max_gradient_norm")
        self.optimizer.step(minibatch.learning_rate, minibatch.gradient_norm, maximum)
        self._applied += 1

    def capture(self) -> dict[str, Any]:
        """Copy everything that decides what will be learned, the target network among it."""
        own = {"optimizer": self.optimizer.capture(), "target": self.target.weights_P.copy()}
        behaviour = {"epsilon": self.policy.behaviour.epsilon, "temperature": self.policy.behaviour.temperature}
        return super().capture() | own | {"behaviour": behaviour}

    def restore(self, state: Mapping[str, Any]) -> None:
        """Go on from what :meth:`capture` returned."""
        super().restore(state)
        self.optimizer.restore(state["optimizer"])
        self.target.follow(state["target"], 1.0)
        self.policy.behaviour.epsilon = state["behaviour"]["epsilon"]
        self.policy.behaviour.temperature = state["behaviour"]["temperature"]

    def finish_update(self) -> UpdateStatistics:
        """Check the new parameters and say what the update did.

        Raises
        ------
        NumericalFault
            Where a parameter is not finite.
        """
        check_parameters(self.policy)
        mean = self._tally.mean
        return UpdateStatistics(
            learning_rate=self.optimizer.learning_rate,
            entropy=mean("entropy") or 0.0,
            max_probability=mean("max_probability"),
            log_std=None,
            objective=mean("objective") or 0.0,
            value_loss=mean("value_error"),
            explained_variance=None,
            kl=None,
            clip_fraction=None,
            gradient_norm=mean("gradient_norm") or 0.0,
            minibatches=self._applied,
            epsilon=self.policy.behaviour.epsilon if self.policy.behaviour.temperature is None else None,
            observation_mean=self.policy.normalization.observation_mean_O,
            observation_std=self.policy.normalization.observation_std_O,
        )


def _places(values_BA: Floats, samples_B: Samples) -> NDArray[np.int64]:
    """Where one entry of each row is, counted through all rows: one index is found faster than two."""
    count, actions = values_BA.shape
    return np.asarray(np.arange(0, count * actions, actions) + samples_B, np.int64)


@np.errstate(all="ignore")
def huber(values_B: Floats, targets_B: Floats) -> tuple[float, Floats]:
    """Return the mean Huber loss of the TD error Q − y, and its gradient in Q, ``(B,)``.

    ½ δ² for |δ| ≤ 1, |δ| − ½ beyond (Huber 1964): the gradient is the error, clipped to ±1, as in Mnih et al.
    2015. It is an error to be descended, as the optimiser does; nothing is negated.
    """
    error_B = values_B - targets_B
    clipped_B = np.minimum(np.maximum(error_B, np.float32(-1.0)), np.float32(1.0))
    loss = np.dot(clipped_B, error_B - np.float32(0.5) * clipped_B) / len(error_B)
    return float(loss), clipped_B / np.float32(len(error_B))
