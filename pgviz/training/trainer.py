"""Trainer: the training loop as a generator that stops wherever a learner might want to.

Between two events nothing runs. Whoever pulls decides when to go on; the trainer does not know who it is.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

import numpy as np
import torch
from numpy.typing import NDArray
from threadpoolctl import threadpool_limits

from pgviz.algorithms.build import build_algorithm
from pgviz.algorithms.rollout import Rollout
from pgviz.config import RunConfig
from pgviz.environments.observations import Encoded
from pgviz.environments.state import Divergence
from pgviz.environments.step import VectorStep
from pgviz.environments.vector import VectorEnvironment
from pgviz.errors import UsageError
from pgviz.parameters import Boundary, Value
from pgviz.policies.legality import with_legality
from pgviz.policies.policy import Mask, Samples
from pgviz.training.copies import Copies
from pgviz.training.describing import describe_bare, describe_state, describe_step, probabilities
from pgviz.training.events import (
    EpisodeEnded,
    Event,
    ParameterChanged,
    RunFinished,
    RunStarted,
    StateShown,
    StepDetail,
    StepTaken,
)
from pgviz.training.interventions import JudgeMinibatch
from pgviz.training.memory import kept, remember
from pgviz.training.reports import applied, computed
from pgviz.training.seeding import RunSeeds
from pgviz.training.snapshot import Snapshot
from pgviz.training.steering import Steering, Watch, sample_like

# Room made at first for whole episodes; it grows when needed.
EPISODE_CAPACITY = 512


class Trainer:
    """One run: environments, policy, algorithm, and the loop that joins them.

    Parameters
    ----------
    config
        What to run.
    render
        Whether frames may be asked for.
    keep_log
        Whether to keep what :meth:`capture` needs.
    environment
        To be used instead of the one that `config` names.

    Raises
    ------
    UsageError
        Where the environment or its spaces cannot be run.

    Attributes
    ----------
    step
        Environment steps taken, over all copies.
    watch
        What to capture; watching changes nothing that is learned.
    copies
        Where the copies of the environment are, and which of them play.
    telling
        Whether a step was taken of which not everything has been told yet: an episode's end, but not the step.
    on_iteration
        Called where an iteration (a rollout and its update) begins, if set: the place for :meth:`capture`.
    """

    def __init__(
        self,
        config: RunConfig,
        *,
        render: bool = False,
        keep_log: bool = False,
        environment: VectorEnvironment | None = None,
    ) -> None:
        # Small networks are fastest on one thread, and the sums then never depend on the machine.
        torch.set_num_threads(1)
        threadpool_limits(1, user_api="blas")
        self.config = config
        self.watch = Watch()
        self.step = 0
        self.update = 0
        self.telling = False
        self._begun = False
        self.steering = Steering()
        self.on_iteration: Callable[[], None] | None = None
        seeds = RunSeeds(config.seed)
        self.environment = environment or VectorEnvironment(
            config.environment, config.environment_count, seeds.environments, render=render, keep_log=keep_log
        )
        try:
            self.algorithm = build_algorithm(
                config,
                self.environment.action_space,
                self.environment.encoder.size,
                weights=seeds.weights,
                rng=seeds.learning,
                image=self.environment.encoder.image_shape,
            )
        except BaseException:
            self.environment.close()
            raise
        if keep_log:
            self.algorithm.keep_past()
        self.policy = self.algorithm.policy
        self._rng = seeds.acting
        capacity = self.algorithm.rollout_length or EPISODE_CAPACITY
        encoder = self.environment.encoder
        self._rollout = Rollout(config.environment_count, encoder.size, capacity, encoder.dtype)
        self.copies = Copies(self.environment, self.policy)

    def ask(self, name: str, value: Value) -> None:
        """Ask for a knob to be turned at the boundary that its declaration names.

        Raises
        ------
        UsageError
            Where this run has no such knob, or the value is out of range.
        """
        if name == "initial_std":
            self.policy.require_std(value)
        self.algorithm.knobs.ask(name, value)

    def look(self) -> StateShown:
        """Describe the watched copy as it is now; draws no random number and changes nothing."""
        index = self._watched
        observation_O, mask_A = self.state_of(index)
        decision = self.policy.decide(observation_O, None, mask_A)
        decision = with_legality(decision, self.environment.masks_NA, index)
        return StateShown(self.step, describe_state(self.environment, index, decision))

    def capture(self) -> Snapshot:
        """Copy all that decides how the run goes on; only where an iteration begins, see :attr:`on_iteration`."""
        copies = self.copies
        return Snapshot(
            step=self.step,
            update=self.update,
            environment=self.environment.capture(),
            algorithm=self.algorithm.capture(),
            acting=self._rng.bit_generator.state,
            observations_NO=copies.observations_NO.copy(),
            active_N=None if copies.active_N is None else copies.active_N.copy(),
            to_begin=copies.to_begin,
            forced=dict(self.steering.waiting),
        )

    def restore(self, snapshot: Snapshot) -> Divergence | None:
        """Take over a snapshot of this run, its own or another trainer's; then call :meth:`events` anew.

        Returns
        -------
        Divergence or None
            Where the environment did not play as it did then, so that the run goes on from somewhere else.

        Raises
        ------
        UsageError, EnvironmentFault
            Where the snapshot is of another run, or the environment raises.
        """
        if snapshot.observations_NO.shape != (self.environment.count, self.environment.encoder.size):
            raise UsageError("the snapshot is of another run: what its copies see does not fit.")
        divergence = self.environment.restore(snapshot.environment)
        self.algorithm.restore(snapshot.algorithm)
        self.step, self.update = snapshot.step, snapshot.update
        self._rng.bit_generator.state = snapshot.acting
        self.copies.restore(snapshot.observations_NO, snapshot.active_N, snapshot.to_begin)
        self._rollout.clear()
        self._begun, self.telling = True, False
        self.steering = Steering(snapshot.forced)
        return divergence

    def judge(self, judgement: JudgeMinibatch) -> None:
        """Decide what becomes of the open minibatch; see :meth:`pgviz.training.steering.Steering.judge`."""
        self.steering.judge(judgement, self.algorithm)

    def force(self, index: int, sample: Sequence[float]) -> None:
        """Have one copy take this sample in the next step, or none; ``UsageError`` where it cannot."""
        if not len(sample):
            self.steering.take_back(index)
            return
        observation_O, mask_A = self.state_of(index)
        if self.copies.rests(index) and not self.copies.all_rest:
            raise UsageError(f"copy {index + 1} rests until the others have ended their episodes too.")
        space = self.environment.action_space
        self.steering.force(index, sample_like(self.policy, space, observation_O, sample, mask_A))

    def close(self) -> None:
        """Close the environments."""
        self.environment.close()

    def events(self) -> Iterator[Event]:
        """Train, yielding at every place where somebody might want to stop; call it once, or after a restore."""
        if not self._begun:
            self._begun = True
            self._begin_episodes(first=True)
            yield RunStarted(0, self.config, self.environment.facts, self.policy.facts)
        while self.step < self.config.steps:
            if self.on_iteration is not None:
                self.on_iteration()
            yield from self._turn_knobs("update")
            remaining = 1.0 - self.step / self.config.steps
            self.algorithm.begin_rollout(remaining)
            yield from self._collect()
            yield from self._improve(remaining)
            self._begin_episodes()
        yield RunFinished(self.step)

    def _begin_episodes(self, *, first: bool = False) -> None:
        """Begin what the next rollout needs: whole episodes start afresh, fixed lengths go on where they were."""
        self._rollout.clear()
        if self.algorithm.rollout_length is None:
            self.copies.begin_episodes(self.algorithm.episodes_per_update)
        elif first:
            self.copies.begin()

    def _collect(self) -> Iterator[Event]:
        """Live through a rollout: so many steps, or until the wanted episodes have ended."""
        length = self.algorithm.rollout_length
        while self._rollout.length != length and self.step < self.config.steps and not self.copies.all_rest:
            detail, result = self._advance()
            self.telling = True
            for ended in result.ended:
                yield EpisodeEnded(self.step, *ended)
            self.telling = False
            yield StepTaken(self.step, detail)
        last_NO = kept(self.algorithm, self.copies.observations_NO, self.copies.seen_NO)
        self._rollout.last_observations_NO, self._rollout.last_masks_NA = last_NO, self._masks_NA

    def _advance(self) -> tuple[StepDetail | None, VectorStep]:
        """Take one step in every active copy."""
        copies = self.copies
        observations_NO, seen_NO, active_N = copies.observations_NO, copies.seen_NO, copies.active_N
        kept_NO = kept(self.algorithm, observations_NO, seen_NO)
        masks_NA, legal_NA = self._masks_NA, self.environment.masks_NA
        samples = self.algorithm.act(seen_NO, self._rng, masks_NA)
        samples = self.steering.forced(samples, self.policy, masks_NA)
        if self.environment.listens:
            self.environment.tell(probabilities(self.policy, observations_NO, masks_NA))
        frame = self.environment.render(self._watched) if self.watch.wanted and self.watch.pictures else None
        actions = self.policy.to_actions(samples)
        result = self.environment.step(actions, active_N, autoreset=active_N is None)
        detail = None
        if self.watch.wanted and self.watch.bare:
            detail = describe_bare(self.environment, self._watched, observations_NO, actions, result)
        elif self.watch.wanted:
            detail = self._describe(samples, result, frame, masks_NA, legal_NA)
        self.step += copies.follow(result)
        remember(self._rollout, self.algorithm, kept_NO, samples, result, active_N, masks_NA)
        return detail, result

    @property
    def _watched(self) -> int:
        """The copy to show: the one asked for, or, while that one rests, the first that does not."""
        return self.copies.playing(self.watch.index)

    def state_of(self, index: int) -> tuple[Encoded, Mask | None]:
        """What one copy sees now, and what is legal there; ``UsageError`` where there is no such copy."""
        if not 0 <= index < self.config.environment_count:
            raise UsageError(f"there is no copy {index + 1} of the environment.")
        masks_NA = self._masks_NA
        return self.copies.observations_NO[index], None if masks_NA is None else masks_NA[index]

    @property
    def episodes_TN(self) -> NDArray[np.int64]:
        """To which episode each step of the rollout belongs, ``(T, N)``; see :class:`StepDetail`."""
        return self._rollout.episodes_TN(self.environment.episode_numbers)

    @property
    def heeds_masks(self) -> bool:
        """Whether illegal actions, where the environment names them, are ruled out."""
        return self.policy.takes_masks and self.algorithm.uses_masks

    @property
    def _masks_NA(self) -> Mask | None:
        """Which choices are legal in the present states; ``None`` where all are, or where masks are ignored."""
        return self.environment.masks_NA if self.heeds_masks else None

    def _describe(
        self,
        samples: Samples,
        result: VectorStep,
        frame: NDArray[np.uint8] | None,
        masks_NA: Mask | None,
        legal_NA: Mask | None,
    ) -> StepDetail:
        index = self._watched
        mask_A = None if masks_NA is None else masks_NA[index]
        decision = self.policy.decide(self.copies.observations_NO[index], samples[index], mask_A)
        decision = with_legality(decision, legal_NA, index)
        return describe_step(self.environment, index, decision, result, frame)

    def _improve(self, remaining: float) -> Iterator[Event]:
        """Learn from the rollout; stops between each loss and the step that it causes."""
        algorithm = self.algorithm
        algorithm.begin_update(remaining)
        minibatches = algorithm.minibatches(self._rollout)
        yield from self._turn_knobs("minibatch")
        minibatch = next(minibatches, None)
        if minibatch is None:
            return
        self.update += 1
        while minibatch is not None:
            self.steering.open = minibatch
            yield computed(self.step, self.update, minibatch)
            self.steering.apply(self.algorithm)
            yield from self._turn_knobs("minibatch")
            minibatch = next(minibatches, None)
        yield applied(self.step, self.update, algorithm.finish_update())

    def _turn_knobs(self, boundary: Boundary) -> Iterator[ParameterChanged]:
        """Apply the knobs that were asked for and may change here."""
        for name, previous, value in self.algorithm.knobs.apply(boundary):
            if name == "initial_std":
                self.algorithm.set_std(self.algorithm.knobs.number(name))
            yield ParameterChanged(self.step, name, previous, value)
