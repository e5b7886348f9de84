"""Past: looking back at any step of a run that is still held."""

from __future__ import annotations

from bisect import bisect_left
from collections import OrderedDict
from dataclasses import dataclass, replace

from pgviz.algorithms.on_policy import OnPolicyAlgorithm
from pgviz.config import RunConfig
from pgviz.environments.action_log import LoggedStep
from pgviz.environments.mirror import Mirror
from pgviz.environments.playback import PlaybackEnvironment
from pgviz.environments.vector import VectorEnvironment
from pgviz.errors import PgvizError
from pgviz.session.history import History, Mark
from pgviz.session.relive import Relived, no_longer_held
from pgviz.training.events import EpisodeEnded, Event, PastShown, StepTaken, UpdateApplied

SPANS = 8


@dataclass(slots=True)
class _Seen:
    """One step of a span that begins after `before` steps, and what it takes to draw its state."""

    shown: PastShown
    seed: int
    steps: list[LoggedStep]
    count: int
    before: int


class Past:
    """Looks back; the run itself is not touched.

    What lies between two snapshots is lived again as a whole, with all details, and kept for a while, so that
    scrubbing through it costs nothing more than the pictures.

    Parameters
    ----------
    config
        The run.
    history
        What is held of it.
    original
        The run's environments, of which nothing is stepped.
    """

    def __init__(self, config: RunConfig, history: History, original: VectorEnvironment) -> None:
        assert history.log is not None
        self._history = history
        self._playback = PlaybackEnvironment(original, history.log)
        self._relived = Relived(config, history, self._playback)
        self._mirror: Mirror | None = Mirror(config.environment) if original.facts.renders else None
        self._spans: OrderedDict[tuple[int, int, int], list[_Seen]] = OrderedDict()

    def at(self, step: int, head: tuple[int, int], copy: int = 0) -> PastShown:
        """The step that led to `step` environment steps, or the first one after.

        Parameters
        ----------
        step
            Environment steps over all copies, 1 for the first.
        head
            The run's own position and step.
        copy
            Which copy of the environment to look at.

        Raises
        ------
        PgvizError
            Where that step is no longer held.
        """
        seen, index = self._find(step, head, copy)
        return self._drawn(seen[index], head)

    def beside(self, step: int, count: int, head: tuple[int, int], copy: int = 0) -> PastShown:
        """The step that comes `count` steps of all copies after (or before) another, as far as there is one."""
        seen, index = self._find(step, head, copy)
        while not 0 <= index + count < len(seen):
            forward = count > 0
            passed = len(seen) - index if forward else index + 1
            # A snapshot's own step is the last of the span before it.
            edge = seen[-1].shown.step + 1 if forward else seen[0].before
            if not self._holds(edge, head):
                return self._drawn(seen[-1 if forward else 0], head)
            further, index = self._find(edge, head, copy)
            if further is seen:  # a step that was taken and not told of yet is not there to be looked at
                return self._drawn(seen[-1 if forward else 0], head)
            count -= passed if forward else -passed
            seen = further
            index = 0 if forward else len(seen) - 1
        return self._drawn(seen[index + count], head)

    def close(self) -> None:
        """Close what was opened to look."""
        self._relived.close()
        if self._mirror is not None:
            self._mirror.close()

    def _holds(self, step: int, head: tuple[int, int]) -> bool:
        return step <= head[1] and self._history.before_step(step) is not None

    def _find(self, step: int, head: tuple[int, int], copy: int) -> tuple[list[_Seen], int]:
        mark = self._history.before_step(min(step, head[1]))
        if mark is None:
            raise no_longer_held(self._history)
        seen = self._span(mark, head, copy)
        if not seen:
            raise PgvizError("no step has been taken yet.")
        return seen, min(bisect_left(seen, step, key=lambda each: each.shown.step), len(seen) - 1)

    def _span(self, mark: Mark, head: tuple[int, int], copy: int) -> list[_Seen]:
        following = self._history.after(mark)
        end = following.position if following else head[0]
        key = (mark.position, end, copy)
        if key not in self._spans:
            self._spans[key] = self._live(mark, end, copy)
            while len(self._spans) > SPANS:
                self._spans.popitem(last=False)
        self._spans.move_to_end(key)
        return self._spans[key]

    def _live(self, mark: Mark, end: int, copy: int) -> list[_Seen]:
        relived, state = self._relived, mark.snapshot.environment
        seen: list[_Seen] = []
        episodes = [
            [step for step in state.steps[start:] if step.stepped_N is None or step.stepped_N[index]]
            for index, start in enumerate(state.began)
        ]
        iteration = 0
        began: list[int] = []

        def note(position: int, event: Event) -> None:
            nonlocal iteration
            if isinstance(event, EpisodeEnded):
                began.append(position)  # told before the step that ended it
            elif isinstance(event, StepTaken):
                seen.append(self._seen(min([position, *began]), event, mark, episodes))
                began.clear()
            elif isinstance(event, UpdateApplied):
                self._estimate(seen, iteration)
                iteration = len(seen)

        relived.restore(mark)
        relived.trainer.watch.wanted, relived.trainer.watch.index = True, copy
        relived.advance(end, note)
        return seen

    def _seen(self, position: int, event: StepTaken, mark: Mark, episodes: list[list[LoggedStep]]) -> _Seen:
        detail, told = event.detail, self._playback.told
        assert detail is not None
        assert told is not None
        index = detail.environment_index
        shown = PastShown(event.step, detail, position, 0, self._relived.trainer.update)
        seen = _Seen(shown, self._playback.seeds_before[index], episodes[index], len(episodes[index]), mark.step)
        over = {ended.environment_index for ended in told.result.ended}
        for copy, steps in enumerate(episodes):
            if copy in over:
                episodes[copy] = []
            elif told.stepped_N is None or told.stepped_N[copy]:
                steps.append(told)
        return seen

    def _estimate(self, seen: list[_Seen], since: int) -> None:
        """Add what the update has just made of the steps of its rollout."""
        algorithm = self._relived.trainer.algorithm
        estimates = algorithm.estimates if isinstance(algorithm, OnPolicyAlgorithm) else None
        if estimates is None:
            return
        # Of a rollout that began before the span only its end was lived here.
        before = len(estimates.advantages_TN) - (len(seen) - since)
        for t, each in enumerate(seen[since:], start=before):
            n = each.shown.detail.environment_index
            advantage, target = float(estimates.advantages_TN[t, n]), float(estimates.returns_TN[t, n])
            each.shown = replace(each.shown, advantage=advantage, target=target)

    def _drawn(self, seen: _Seen, head: tuple[int, int]) -> PastShown:
        detail = seen.shown.detail
        if self._mirror is not None:
            frame = self._mirror.draw(seen.seed, seen.steps[: seen.count], detail.environment_index)
            detail = replace(detail, frame=frame)
        return replace(seen.shown, detail=detail, head=head[1])
