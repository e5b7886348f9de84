"""Several copies of one environment, stepped together, each episode from a seed of its own.

Shape suffixes: N copies, O numbers in an encoded observation, A options that a mask allows or not.
"""

from __future__ import annotations

import contextlib
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pgviz.action_layout import splitter
from pgviz.environments import rebuild
from pgviz.environments.action_log import ActionLog, LoggedBeginning, LoggedStep
from pgviz.environments.describe import describe
from pgviz.environments.factory import Environment, make
from pgviz.environments.faults import RAISED, FaultReporter
from pgviz.environments.frames import FrameRenderer
from pgviz.environments.masks import Mask, MaskReader, Step
from pgviz.environments.observations import Encoded, ObservationMismatch, encoder
from pgviz.environments.own.observing import policy_observer
from pgviz.environments.seeds import EpisodeSeeds
from pgviz.environments.spaces import require_supported
from pgviz.environments.state import Divergence, EnvironmentState
from pgviz.environments.step import EndedEpisode, VectorStep, add_rewards
from pgviz.errors import EnvironmentFault


class VectorEnvironment:
    """N copies of one environment.

    Parameters
    ----------
    id
        A Gymnasium id, also of the form ``module:Id``.
    count
        How many copies.
    seeds
        From which each episode's seed is drawn: a pure function of it, the copy, and how many episodes that copy
        has begun. It is not advanced.
    render
        Whether frames may be asked for.
    keep_log
        Whether to note what :mod:`pgviz.environments.rebuild` needs.

    Attributes
    ----------
    encoder
        Turns observations into vectors.
    facts
        What there is to say of the environment.
    episode_numbers, episode_seeds, episode_lengths, episode_returns
        Of each copy's current episode, ``(N,)``: its number from 1, counted over all copies in the order in which
        they begin; its seed; its steps and its undiscounted return so far.
    log
        What the present episodes consist of, or ``None`` where it is not kept.
    masks_NA
        What is legal in each copy's present state, ``(N, A)``: after a step, and the reset that may have followed,
        that of the state to act in next. All of it for a copy that waits; ``None`` where the environment does not
        say. A new array after every step and reset.

    Raises
    ------
    UsageError
        Where the environment cannot be made or its spaces are not supported.
    """

    def __init__(
        self, id: str, count: int, seeds: np.random.SeedSequence, *, render: bool, keep_log: bool = False
    ) -> None:
        self.id, self.count = id, count
        self.log = ActionLog(count) if keep_log else None
        self._steps: list[Step] = []
        self._environments = [make(id, render=render)]
        first = self._environments[0]
        try:
            require_supported(id, first.observation_space, first.action_space)
            self.facts = describe(id, first)
            self._environments += [make(id, render=render) for _ in range(1, count)]
        except BaseException:
            self.close()
            raise
        self.observation_space = first.observation_space
        self.action_space = first.action_space
        self.encoder = encoder(first.observation_space)
        self._frames = FrameRenderer(self._environments, self.facts.renders)
        self._faults = FaultReporter(id)
        self._seeds = EpisodeSeeds(seeds)
        self._split = splitter(first.action_space)
        self._steps += [environment.step for environment in self._environments]
        self._masks = MaskReader(self._environments, self._steps, first.action_space, self._mask_fault)
        self._all = range(count)
        self._observers = [policy_observer(environment) for environment in self._environments]
        self._told_NA: NDArray[np.float64] | None = None
        self._clear()

    def _clear(self) -> None:
        count = self.count
        self.episode_numbers = np.zeros(count, np.int64)
        self.episode_seeds = np.zeros(count, np.int64)
        self.episode_lengths = np.zeros(count, np.int64)
        self.episode_returns = np.zeros(count, np.float64)
        self._begun = [0] * count
        self._episodes = 0
        self._waiting: set[int] = set()
        self.masks_NA: Mask | None = None
        self._observations: Encoded = np.zeros((count, self.encoder.size), self.encoder.dtype)

    @property
    def render_error(self) -> str:
        """Why nothing can be drawn; empty as long as it can."""
        return self._frames.error

    def reset(self) -> NDArray[np.float32]:
        """Begin a new episode in every copy.

        Returns
        -------
        numpy.ndarray
            The first observations, ``(N, O)``.

        Raises
        ------
        EnvironmentFault
            Where the environment raises or returns what its spaces rule out.
        """
        self._observations = np.stack([self._begin(index) for index in self._all])
        return self._observations.copy()

    def begin_episode(self, index: int) -> NDArray[np.float32]:
        """Begin a new episode in one copy, and return its first observation ``(O,)``; see :meth:`reset`."""
        observation_O = self._begin(index)
        self._observations = self._observations.copy()
        self._observations[index] = observation_O
        if self.log is not None:
            self.log.tape.append(LoggedBeginning(index, observation_O, self.masks_NA))
        return observation_O

    def step(
        self, actions: NDArray[Any], active: NDArray[np.bool_] | None = None, *, autoreset: bool = True
    ) -> VectorStep:
        """Step every copy, or those that are active.

        Parameters
        ----------
        actions
            ``(N,)`` integers, the space's `start` included, for a Discrete space; ``(N, *shape)`` for one with a
            shape; rows ``(N, K)`` for a Tuple or Dict (see :mod:`pgviz.action_layout`).
        active
            Which copies are stepped, ``(N,)``; all of them where ``None``.
        autoreset
            Whether the next episode of a copy begins at once when one has ended. Without it that copy must be left
            inactive until :meth:`begin_episode`.

        Raises
        ------
        EnvironmentFault
            Where the environment raises, or returns what its spaces rule out, or a number that is not finite.
        """
        indices = self._all if active is None else np.flatnonzero(active).tolist()
        if self._waiting and not self._waiting.isdisjoint(indices):
            raise ValueError(f"copies {sorted(self._waiting)} have no episode: call begin_episode first")
        rewards_N = np.zeros(self.count)
        terminated_N = np.zeros(self.count, np.bool_)
        truncated_N = np.zeros(self.count, np.bool_)
        seen, done = self._step_each(indices, actions, rewards_N, terminated_N, truncated_N)
        observations_NO = self._encode(indices, seen)
        if not np.isfinite(rewards_N).all():
            index = int(np.flatnonzero(~np.isfinite(rewards_N))[0])
            raise self._faults.reward(rewards_N[index], *self._place(index, 1))
        self.episode_lengths += 1 if active is None else active
        add_rewards(self.episode_returns, rewards_N)
        step = VectorStep(observations_NO, rewards_N, terminated_N, truncated_N, {}, [], {})
        if self.log is not None:
            logged = LoggedStep(actions, None if active is None else active.copy(), step, told_NA=self._told_NA)
            self.log.append(logged)
        if self._masks.present:
            self._read_masks(indices, done, step)
        for index in done:
            self._end(index, step, autoreset)
        self._observations = observations_NO
        if self.log is not None:
            logged.masks_NA = self.masks_NA
        return step

    @property
    def observations(self) -> Encoded:
        """What every copy saw last, ``(N, O)``; not to be written into."""
        return self._observations

    @property
    def environments(self) -> Sequence[Environment]:
        """The copies themselves."""
        return self._environments

    def render(self, index: int) -> NDArray[np.uint8] | None:
        """Draw one copy as it is now, ``(H, W, 3)``; ``None`` where that fails (see :attr:`render_error`)."""
        return self._frames.render(index)

    @property
    def listens(self) -> bool:
        """Whether there is somebody in the environment who wants to know the policy."""
        return any(self._observers)

    def tell(self, probabilities_NA: NDArray[np.float64]) -> None:
        """Tell each copy π(·|s), from which its next action is about to be drawn."""
        self._told_NA = probabilities_NA
        for observe, probabilities_A in zip(self._observers, probabilities_NA, strict=False):
            if observe is not None:
                observe(probabilities_A)

    def capture(self) -> EnvironmentState:
        """Say where all copies are, without their insides; needs the log."""
        return rebuild.capture(self)

    def restore(self, state: EnvironmentState) -> Divergence | None:
        """Bring all copies where `state` says; see :func:`pgviz.environments.rebuild.restore`."""
        return rebuild.restore(self, state)

    def close(self) -> None:
        """Close all copies; what they raise in closing no longer matters to anybody."""
        for environment in self._environments:
            with contextlib.suppress(*RAISED):
                environment.close()
        self._steps.clear()  # what reads masks is in them, and holds them

    def _step_each(
        self,
        indices: range | list[int],
        actions: NDArray[Any],
        rewards_N: NDArray[np.float64],
        terminated_N: NDArray[np.bool_],
        truncated_N: NDArray[np.bool_],
    ) -> tuple[list[Any], list[int]]:
        """Step the copies at `indices`: fill the arrays, return the raw observations and who is done."""
        seen: list[Any] = []
        done: list[int] = []
        see, steps, split = seen.append, self._steps, self._split(actions)
        for index in indices:
            try:
                result = steps[index](split[index])
            except RAISED as error:
                raise self._faults.raised(error, *self._place(index, 1)) from error
            try:
                observation, reward, terminated, truncated, _ = result
                if reward is None:  # which NumPy takes for a number that is none
                    raise TypeError
                rewards_N[index] = reward
                if terminated or truncated:
                    done.append(index)
                    terminated_N[index] = terminated
                    truncated_N[index] = truncated
            except (TypeError, ValueError, OverflowError):
                raise self._faults.malformed(result, *self._place(index, 1)) from None
            see(observation)
        return seen, done

    def _encode(self, indices: range | list[int], seen: list[Any]) -> NDArray[np.float32]:
        try:
            encoded = self.encoder.encode_batch(seen) if seen else None
        except ObservationMismatch as mismatch:
            raise self._faults.mismatch(mismatch, *self._place(indices[mismatch.position], 1)) from None
        if encoded is not None and len(seen) == self.count:
            return encoded
        observations_NO = self._observations.copy()
        if encoded is not None:
            observations_NO[indices] = encoded
        return observations_NO

    def _begin(self, index: int) -> NDArray[np.float32]:
        seed = self._seeds.seed(index, self._begun[index])
        self._begun[index] += 1
        self._episodes += 1
        self.episode_numbers[index] = self._episodes
        self.episode_seeds[index] = seed
        self.episode_lengths[index] = 0
        self.episode_returns[index] = 0.0
        self._waiting.discard(index)
        if self.log is not None:
            self.log.begin(index)
        return self._reset_one(index, seed)

    def _reset_one(self, index: int, seed: int) -> NDArray[np.float32]:
        try:
            result = self._environments[index].reset(seed=seed)
        except RAISED as error:
            raise self._faults.raised(error, *self._place(index, 0)) from error
        try:
            observation, info = result
        except (TypeError, ValueError):
            raise self._faults.malformed(result, *self._place(index, 0)) from None
        try:
            observation_O = self.encoder.encode(observation)
        except ObservationMismatch as mismatch:
            raise self._faults.mismatch(mismatch, *self._place(index, 0)) from None
        self._begin_mask(index, info)
        return observation_O

    def _begin_mask(self, index: int, info: Any) -> None:
        """Note what is legal in the first state of a copy's episode, if the environment says."""
        mask_A = self._masks.begin(index, info)
        if mask_A is None:
            return
        if self.masks_NA is None:
            self.facts = replace(self.facts, has_masks=True)
        self.masks_NA = self._new_masks()
        self.masks_NA[index] = mask_A

    def _read_masks(self, indices: range | list[int], done: list[int], step: VectorStep) -> None:
        """Note what is legal in the states that a step led to."""
        masks_NA = self._new_masks()
        for index in indices:
            masks_NA[index] = self._masks.read(index, over=bool(step.terminated[index]))
        for index in done:
            step.final_masks[index] = masks_NA[index].copy()
            masks_NA[index] = True
        self.masks_NA = masks_NA

    def _new_masks(self) -> Mask:
        return np.ones((self.count, self._masks.size), bool) if self.masks_NA is None else self.masks_NA.copy()

    def _mask_fault(self, index: int, problem: str | BaseException) -> EnvironmentFault:
        return self._faults.mask(problem, *self._place(index, 0))

    def _end(self, index: int, step: VectorStep, autoreset: bool) -> None:
        """Note in `step` that a copy's episode is over, and begin its next one or have it wait."""
        step.final_observations[index] = step.observations[index].copy()
        step.ended.append(
            EndedEpisode(
                environment_index=index,
                episode=int(self.episode_numbers[index]),
                seed=int(self.episode_seeds[index]),
                episode_return=float(self.episode_returns[index]),
                length=int(self.episode_lengths[index]),
                terminated=bool(step.terminated[index]),
                truncated=bool(step.truncated[index]),
            )
        )
        if autoreset:
            step.observations[index] = self._begin(index)
        else:
            self._waiting.add(index)

    def _place(self, index: int, ahead: int) -> tuple[int, int]:
        """Episode, and the step in it (0 for its reset), for a fault's message."""
        return int(self.episode_numbers[index]), int(self.episode_lengths[index]) + ahead
