"""Cursor: which moment of a run is looked at, the present or one of the past."""

from __future__ import annotations

from pgviz.errors import UsageError
from pgviz.session.past import Past
from pgviz.session.session import Session
from pgviz.training.events import PastShown


class Cursor:
    """Looks back at one session; what that takes is made when it is first asked for.

    Parameters
    ----------
    session
        Whose past it is.

    Attributes
    ----------
    shown
        The moment looked back at; ``None`` while the present is followed.
    """

    def __init__(self, session: Session) -> None:
        self.shown: PastShown | None = None
        self._session = session
        self._past: Past | None = None

    def look(self, step: int, copy: int) -> PastShown:
        """Look at the step that led to `step` environment steps.

        Raises
        ------
        UsageError
            Where no history is kept.
        PgvizError
            Where that step is no longer held, or none has been taken.
        """
        self.shown = self._open().at(step, self._head, copy)
        return self.shown

    def move(self, count: int, copy: int) -> PastShown | None:
        """Look so many steps further forward, or back for a negative count; see :meth:`look`.

        Returns
        -------
        PastShown or None
            ``None`` where that leads to the present, which is followed from then on.
        """
        if self.shown is None:
            if count >= 0:
                return None
            # The last step that was taken is one back from the present state.
            count += 1
            self.shown = self._open().at(self._head[1], self._head, copy)
        elif count > 0 and self.shown.step >= self._head[1]:
            self.shown = None
            return None
        self.shown = self._open().beside(self.shown.step, count, self._head, copy)
        return self.shown

    def follow(self) -> None:
        """Look at the present again."""
        self.shown = None

    def resume(self) -> None:
        """Make what is looked at the present; see :meth:`pgviz.session.session.Session.resume`.

        Raises
        ------
        UsageError
            Where the present is looked at already.
        PgvizError
            Where the run cannot be brought back there; nothing has changed then.
        """
        if self.shown is None:
            raise UsageError("look back first: there is nothing to resume from but the present.")
        self._session.resume(self.shown.position)
        self.close()

    def close(self) -> None:
        """Close what was opened to look back."""
        self.shown = None
        if self._past is not None:
            self._past.close()
            self._past = None

    @property
    def _head(self) -> tuple[int, int]:
        return self._session.position, self._session.trainer.step

    def _open(self) -> Past:
        session = self._session
        if session.history is None:
            raise UsageError("this run keeps no history to look back into.")
        if self._past is None:
            self._past = Past(session.config, session.history, session.trainer.environment)
        return self._past
