"""Past: looking back at any step of a run that is still held."""

from __future__ import annotations

from dataclasses import replace

from pgviz.config import RunConfig
from pgviz.environments.mirror import Mirror
from pgviz.environments.playback import PlaybackEnvironment
from pgviz.environments.vector import VectorEnvironment
from pgviz.errors import PgvizError
from pgviz.session.history import History, Mark
from pgviz.session.relive import Relived, no_longer_held
from pgviz.session.span import Seen, Span
from pgviz.training.events import PastShown


class Past:
    """Looks back; the run itself is not touched.

    What lies between two snapshots is lived again as far as it is looked at, and kept, so that scrubbing through
    it costs hardly more than the pictures.

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
        self._span: Span | None = None
        self._key: tuple[int, int, int] | None = None

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
        span, _ = self._find(step, head, copy)
        return self._drawn(span.seen[min(span.index(step), len(span.seen) - 1)], head)

    def beside(
        self, step: int, count: int, head: tuple[int, int], copy: int = 0, *, exact: bool = False
    ) -> PastShown:
        """The step that comes `count` steps of all copies after (or before) another.

        Where there are not so many it is the last one, or, with `exact`, a :class:`~pgviz.errors.PgvizError` is
        raised.
        """
        span, mark = self._find(step, head, copy)
        index = min(span.index(step), len(span.seen) - 1)
        while True:
            span.live_on(index + count)
            if 0 <= index + count < len(span.seen):
                return self.at(span.seen[index + count].step, head, copy)
            forward = count > 0
            last = span.seen[-1 if forward else 0].step
            # A snapshot's own step is the last of the span before it.
            edge = last + 1 if forward else mark.step
            if not self._holds(edge, head):
                if exact:
                    raise no_longer_held(self._history)
                return self.at(last, head, copy)
            count -= len(span.seen) - index if forward else -(index + 1)
            span, beyond = self._find(edge, head, copy)
            if beyond is mark:  # a step that was taken and not told of yet is not there to be looked at
                return self.at(last, head, copy)
            mark = beyond
            index = 0 if forward else len(span.seen) - 1

    def close(self) -> None:
        """Close what was opened to look."""
        self._relived.close()
        if self._mirror is not None:
            self._mirror.close()

    def _holds(self, step: int, head: tuple[int, int]) -> bool:
        return step <= head[1] and self._history.before_step(step) is not None

    def _find(self, step: int, head: tuple[int, int], copy: int) -> tuple[Span, Mark]:
        """The span that a step is in, lived as far as that, and the snapshot that it begins with."""
        if not head[1]:
            raise PgvizError("no step has been taken yet: there is nothing to look back at.")
        step = max(min(step, head[1]), 1)
        mark = self._history.before_step(step)
        if mark is None:
            raise no_longer_held(self._history)
        following = self._history.after(mark)
        end = following.position if following else head[0]
        key = (mark.position, end, copy)
        if self._span is None or self._key != key or not self._span.can_reach(step):
            self._span = Span(self._relived, self._playback, mark, end=end, copy=copy, around=step)
            self._key = key
        self._span.live_to(step)
        if not self._span.seen:
            raise PgvizError("no step has been taken yet.")
        return self._span, mark

    def _drawn(self, seen: Seen, head: tuple[int, int]) -> PastShown:
        assert seen.shown is not None
        detail = seen.shown.detail
        if self._mirror is not None:
            frame = self._mirror.draw(seen.seed, seen.steps[: seen.count], detail.environment_index)
            detail = replace(detail, frame=frame)
        return replace(seen.shown, detail=detail, head=head[1])
