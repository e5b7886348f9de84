"""What if: the value of each action in the present state, found by playing on from it.

Shape suffixes: A actions tried, R rollouts of each, N = A · R copies of the environment.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from pgviz.environments import rebuild
from pgviz.environments.vector import VectorEnvironment
from pgviz.errors import RunError, UsageError
from pgviz.policies.decision import CategoricalDecision
from pgviz.policies.policy import Mask, Policy, Samples
from pgviz.training.describing import probabilities
from pgviz.training.examination import ActionValues
from pgviz.training.steering import sample_like
from pgviz.training.trainer import Trainer


def action_values(
    trainer: Trainer,
    index: int,
    samples: Sequence[Sequence[float]],
    *,
    rollouts: int = 16,
    horizon: int = 500,
    seed: int = 0,
    should_stop: Callable[[], bool] | None = None,
) -> ActionValues:
    """Clone the present state of one copy, force each action, and play on under π.

    The run is not touched. The same random numbers are used for each action, for the policy's draws and for the
    environment's own, so that differences between actions have less noise than their values.

    Parameters
    ----------
    trainer
        The run, which must keep a log.
    index
        Which copy's state.
    samples
        The actions to try, as the policy draws them.
    rollouts, horizon
        How often each, and for how many steps at most.
    seed
        Of all random numbers.
    should_stop
        Asked after every step; where it says so, what was gathered so far is what there is.

    Raises
    ------
    UsageError
        Where an action cannot be taken, or none can, because the copy's episode has ended.
    RunError
        Where the environment cannot be cloned.
    """
    first = _first_samples(trainer, index, samples)
    clones = _cloned(trainer, index, len(first) * rollouts)
    try:
        _give_chances(clones, rollouts, seed)
        play = _Play(trainer, clones, np.repeat(np.stack(first), rollouts, axis=0), rollouts, seed)
        play.go(horizon, should_stop or (lambda: False))
    finally:
        clones.close()
    return ActionValues(
        tuple(tuple(np.asarray(each, float).ravel().tolist()) for each in first),
        play.returns_N.reshape(len(first), rollouts),
        float(play.active_N.mean()),
    )


def _first_samples(trainer: Trainer, index: int, samples: Sequence[Sequence[float]]) -> list[Samples]:
    """The actions to try, as the policy draws them; ``UsageError`` where one cannot be taken, or none."""
    observation_O, mask_A = trainer.state_of(index)
    if trainer.copies.rests(index):
        raise UsageError(f"the episode of copy {index + 1} has ended, and the next begins after the update.")
    space = trainer.environment.action_space
    return [sample_like(trainer.policy, space, observation_O, each, mask_A) for each in samples]


def _cloned(trainer: Trainer, index: int, count: int) -> VectorEnvironment:
    """So many environments in the state of one copy; ``RunError`` where that cannot be had."""
    clones = rebuild.clones(trainer.environment, index, count)
    if clones is None:
        raise RunError(
            f"{trainer.config.environment} does not replay exactly, so that its states cannot be cloned."
        )
    return clones


def every_action(trainer: Trainer, index: int) -> list[tuple[float, ...]]:
    """Every action that copy `index` can take, of a policy that chooses one out of finitely many.

    Raises
    ------
    UsageError
        For any other policy.
    """
    observation_O, mask_A = trainer.state_of(index)
    decision = trainer.policy.decide(observation_O, None, mask_A)
    if not isinstance(decision, CategoricalDecision):
        raise UsageError("name the actions to try: this policy's cannot be counted.")
    count = len(decision.probabilities_A)
    return [(float(action),) for action in range(count) if mask_A is None or mask_A[action]]


def _give_chances(clones: VectorEnvironment, rollouts: int, seed: int) -> None:
    """Let the r-th rollout of every action meet the same chances, and each r others."""
    for copy, environment in enumerate(clones.environments):
        if getattr(environment.unwrapped, "_np_random", None) is not None:
            environment.unwrapped.np_random = np.random.default_rng([seed, copy % rollouts])


class _Play:
    def __init__(
        self, trainer: Trainer, clones: VectorEnvironment, first: Samples, rollouts: int, seed: int
    ) -> None:
        self._trainer, self._clones, self._first, self._rollouts = trainer, clones, first, rollouts
        self._rng = np.random.default_rng(seed)
        self.returns_N = np.zeros(len(first))
        self.active_N = np.ones(len(first), bool)

    def go(self, horizon: int, should_stop: Callable[[], bool]) -> None:
        """Play until all have ended, or the horizon."""
        policy, clones = self._trainer.policy, self._clones
        gamma = self._trainer.algorithm.knobs.number("gamma")
        discount, samples = 1.0, self._first
        for t in range(horizon):
            if t:
                samples = self._draw(policy)
            if clones.listens:
                clones.tell(probabilities(policy, clones.observations, self._masks_NA))
            result = clones.step(policy.to_actions(samples), self.active_N, autoreset=False)
            self.returns_N += discount * result.rewards
            discount *= gamma
            cut_N = result.truncated & ~result.terminated
            if cut_N.any():
                self.returns_N += np.where(cut_N, discount * self._rest(policy, result.final_masks), 0.0)
            self.active_N &= ~(result.terminated | result.truncated)
            if not self.active_N.any() or should_stop():
                break
        if self.active_N.any():
            self.returns_N += np.where(self.active_N, discount * self._rest(policy), 0.0)

    def _draw(self, policy: Policy) -> Samples:
        """Draw for every action's rollouts with the same random numbers."""
        seen_NO = policy.normalization.see(self._clones.observations)
        masks_NA = self._masks_NA
        state, drawn = self._rng.bit_generator.state, []
        for start in range(0, len(seen_NO), self._rollouts):
            self._rng.bit_generator.state = state
            rows = slice(start, start + self._rollouts)
            drawn.append(policy.act(seen_NO[rows], self._rng, None if masks_NA is None else masks_NA[rows]))
        return np.concatenate(drawn)

    @property
    def _masks_NA(self) -> Mask | None:
        return self._clones.masks_NA if self._trainer.heeds_masks else None

    def _rest(self, policy: Policy, final_masks: Mapping[int, Mask] | None = None) -> NDArray[np.float32]:
        """What the policy expects of the states reached; masks where an episode was cut off come apart."""
        masks_NA = self._masks_NA
        if masks_NA is not None and final_masks:
            masks_NA = masks_NA.copy()
            for copy, mask_A in final_masks.items():
                masks_NA[copy] = mask_A
        values_N = policy.values_of(self._clones.observations, masks_NA)
        if values_N is None:
            return np.zeros(len(self.returns_N), np.float32)
        # It learns from rewards that may have been divided.
        return np.float32(policy.normalization.reward_scale or 1.0) * values_N
