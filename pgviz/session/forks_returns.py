"""What has come of a run since a fork, so that two runs can be compared."""

from __future__ import annotations

from pgviz.environments.action_log import ActionLog, LoggedBeginning
from pgviz.environments.step import EndedEpisode
from pgviz.session.forks_state import ForkReturns


class Returns:
    """Returns of the episodes that one run has ended since a step.

    Parameters
    ----------
    since
        Environment steps that had been taken at the fork.
    copy
        Of which copy the episode that was under way then is told.
    """

    def __init__(self, since: int, copy: int) -> None:
        self._since, self._copy = since, copy
        self._ended: list[tuple[int, int, float]] = []
        self._total = 0.0
        self._first: float | None = None

    def add(self, step: int, copy: int, episode_return: float) -> bool:
        """Note an episode that ended when `step` steps had been taken; says whether that was after the fork."""
        if step <= self._since:
            return False
        self._ended.append((step, copy, episode_return))
        self._total += episode_return
        if self._first is None and copy == self._copy:
            self._first = episode_return
        return True

    def forget_after(self, step: int) -> None:
        """Let go of what ended later than `step`: it never happened."""
        kept = [each for each in self._ended if each[0] <= step]
        self._ended, self._total, self._first = [], 0.0, None
        for each in kept:
            self.add(*each)

    def told(self, under_way: float) -> ForkReturns:
        """Put it into numbers.

        Parameters
        ----------
        under_way
            Return so far of the copy's present episode.
        """
        count = len(self._ended)
        mean = self._total / count if count else None
        over = self._first is not None
        return ForkReturns(count, mean, self._first if self._first is not None else under_way, over)


def ended_since(log: ActionLog, head: int, since: int) -> list[tuple[int, EndedEpisode]]:
    """The episodes that a run has ended since a step, with the step of each, oldest first.

    Parameters
    ----------
    log
        Of the run's environments; its tape has to reach back as far.
    head
        Environment steps that the run has taken.
    since
        Those that it had taken then.
    """
    found: list[tuple[int, EndedEpisode]] = []
    step = head
    for entry in reversed(log.tape):
        if step <= since:
            break
        if isinstance(entry, LoggedBeginning):
            continue
        found += [(step, ended) for ended in reversed(entry.result.ended)]
        step -= len(entry.result.rewards) if entry.stepped_N is None else int(entry.stepped_N.sum())
    return found[::-1]
