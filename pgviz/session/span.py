"""Span: what lies between two snapshots of a run, lived again as far as somebody looks."""

from __future__ import annotations

from bisect import bisect_left
from dataclasses import dataclass, replace

from pgviz.algorithms.on_policy import OnPolicyAlgorithm
from pgviz.environments.action_log import LoggedStep
from pgviz.environments.playback import PlaybackEnvironment
from pgviz.parameters import Value
from pgviz.session.history import Mark
from pgviz.session.relive import Relived
from pgviz.training.events import (
    EpisodeEnded,
    Event,
    MinibatchComputed,
    ParameterChanged,
    PastShown,
    StepTaken,
    UpdateApplied,
)

# Details are captured of so many steps before and after the one that is wanted, for scrubbing goes both ways. They
# cost as much as the steps themselves, and living through a span anew costs as much as a few of them.
AROUND = 8


@dataclass(slots=True)
class Seen:
    """One step that was lived again, and what it takes to draw the state that it was taken in.

    Parameters
    ----------
    step
        Environment steps taken after it.
    shown
        What there is to show; ``None`` where its details were not captured.
    position
        Events before the first one that tells of it, or of what a person did where the run waited to take it.
    seed, steps, count
        The seed of the watched episode, its steps, and how many of those came before this one.
    """

    step: int
    shown: PastShown | None
    position: int
    seed: int
    steps: list[LoggedStep]
    count: int


class Span:
    """The steps from one snapshot to the next, or to the present.

    Parameters
    ----------
    relived, playback
        Where it is lived, and the environment there.
    mark, end
        Where it begins and ends.
    copy
        Which copy of the environment is watched.
    around
        The step that is wanted.

    Attributes
    ----------
    seen
        What has been lived so far, oldest first.
    """

    def __init__(
        self, relived: Relived, playback: PlaybackEnvironment, mark: Mark, *, end: int, copy: int, around: int
    ) -> None:
        self.seen: list[Seen] = []
        self._relived, self._playback, self._end = relived, playback, end
        state = mark.snapshot.environment
        self._copies = len(state.began)
        self._detailed = around - AROUND * self._copies, around + AROUND * self._copies
        self._episodes = [
            [step for step in state.steps[start:] if step.stepped_N is None or step.stepped_N[index]]
            for index, start in enumerate(state.began)
        ]
        self._copy, self._iteration, self._began = copy, 0, list[int]()
        self._undone: dict[str, Value] = {}  # what the knobs turned since then had been
        self._step = mark.step
        relived.restore(mark)
        # What was turned before the iteration began was in force, or used, before the run waited for this step.
        relived.trainer.on_iteration = self._forget_turns
        self._choose_details()

    @property
    def complete(self) -> bool:
        """Whether all of it has been lived."""
        return bool(self._relived.position >= self._end)

    def holds(self, step: int) -> bool:
        """Whether a step is there with its details and all that its update made of it."""
        index = self.index(step)
        return index < len(self.seen) and self.seen[index].step >= step and self._is_whole(index)

    def _is_whole(self, index: int) -> bool:
        return self.seen[index].shown is not None and (index < self._iteration or self.complete)

    def can_reach(self, step: int) -> bool:
        """Whether living on is enough for :meth:`holds` to hold."""
        index = self.index(step)
        if index < len(self.seen):
            return self.seen[index].shown is not None
        return step <= self._detailed[1]

    def index(self, step: int) -> int:
        """Place of the step that led to `step` environment steps; one past the end where it was not lived yet."""
        return bisect_left(self.seen, step, key=lambda each: each.step)

    def live_to(self, step: int) -> None:
        """Live on until a step and what its update made of it are there, or to the end."""
        while not self.complete and not self.holds(step):
            self._relived.advance(self._relived.position + 1, self._note)

    def live_on(self, index: int) -> None:
        """Live on until so many steps and one are there, or to the end."""
        while not self.complete and len(self.seen) <= index:
            self._relived.advance(self._relived.position + 1, self._note)

    def _note(self, position: int, event: Event) -> None:
        if isinstance(event, EpisodeEnded):
            self._began.append(position)  # told before the step that ended it
        elif isinstance(event, ParameterChanged):
            if self._began or self._relived.is_touched(position):
                self._began.append(position)  # a knob turned in this very state, as an action is forced in it
                self._undone.setdefault(event.name, event.previous)
        elif isinstance(event, StepTaken):
            self._add(min([position, *self._began]), event)
            self._forget_turns()
        elif isinstance(event, MinibatchComputed | UpdateApplied) and self._iteration < len(self.seen):
            self._estimate()
            self._iteration = len(self.seen)

    def _forget_turns(self) -> None:
        self._began.clear()
        self._undone.clear()

    def _add(self, position: int, event: StepTaken) -> None:
        told, trainer = self._playback.told, self._relived.trainer
        assert told is not None
        index = event.detail.environment_index if event.detail is not None else self._copy
        shown = None
        if event.detail is not None:
            values = trainer.algorithm.knobs.capture()["values"] | self._undone
            shown = PastShown(event.step, event.detail, position, 0, trainer.update, values=values)
        steps = self._episodes[index]
        self.seen.append(Seen(event.step, shown, position, self._playback.seeds_before[index], steps, len(steps)))
        over = {ended.environment_index for ended in told.result.ended}
        for copy, steps in enumerate(self._episodes):
            if copy in over:
                self._episodes[copy] = []
            elif told.stepped_N is None or told.stepped_N[copy]:
                steps.append(told)
        self._step = event.step
        self._choose_details()

    def _choose_details(self) -> None:
        """Have the next step come with its details, or without."""
        watch = self._relived.trainer.watch
        first, last = self._detailed
        # The next step is taken by one copy at least and by all at most.
        watch.wanted, watch.index = first <= self._step + self._copies and self._step < last, self._copy

    def _estimate(self) -> None:
        """Add what the update has just made of the steps of its rollout."""
        algorithm = self._relived.trainer.algorithm
        estimates = algorithm.estimates if isinstance(algorithm, OnPolicyAlgorithm) else None
        if estimates is None:
            return
        for t, each in enumerate(self.seen[self._iteration :]):
            if each.shown is not None:
                n = each.shown.detail.environment_index
                advantage, target = float(estimates.advantages_TN[t, n]), float(estimates.returns_TN[t, n])
                each.shown = replace(each.shown, advantage=advantage, target=target)
