"""What the window knows of the forks, as numbers to draw and words to read. Knows no Qt."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from pgviz.gui.moving import Part
from pgviz.gui.series import Floats, Series
from pgviz.gui.widgets.step_axis import MINUS
from pgviz.parameters import Parameter, Value
from pgviz.session.forks_state import ForkState
from pgviz.session.notices import ForksShown
from pgviz.training.events import AVERAGED_EPISODES, StepDetail

LETTERS = "ABCD"
Curve = Literal["entropy", "mean", "log_std"]


class KnownFork:
    """One fork, with the curves that it has drawn so far.

    Parameters
    ----------
    state
        As it was first told.
    place
        Which of the places it takes, from 0; names it and chooses how it is drawn.
    episodes, updates, log_std
        Of the run that it left, as in :class:`pgviz.gui.run_model.RunModel`.

    Attributes
    ----------
    state
        As last told.
    entropy, mean, log_std
        Columns: step, and the entropy; step, and the mean of the last 100 returns; step, and the mean of log_std
        over the dimensions, or the probability of the likeliest action where there is none. Each begins with what
        the run had where they parted.
    """

    def __init__(
        self, state: ForkState, place: int, episodes: Series, updates: Series, log_std: Series | None
    ) -> None:
        self.state, self.place = state, place
        self.entropy, self.mean, self.log_std = Series(2), Series(2), Series(2)
        update = updates.row_at(state.began)
        if update is not None:
            self.entropy.append(update[0], update[1])
        if log_std is not None and (row := log_std.row_at(state.began)) is not None:
            self.log_std.append(state.began, row[1:].mean())  # it does not change between updates
        elif log_std is None and update is not None:
            self.log_std.append(update[0], update[2])
        before = int(np.searchsorted(episodes.column(0), state.began, "right"))
        self._recent: list[float] = episodes.column(1)[:before][-AVERAGED_EPISODES:].tolist()
        if before:
            self.mean.append(state.began, sum(self._recent) / len(self._recent))

    @property
    def name(self) -> str:
        """What it is called."""
        return f"fork {LETTERS[self.place]}"

    def take(self, state: ForkState) -> None:
        """Take over what has become of it."""
        self.state = state
        for update in state.updates:
            self.entropy.append(update.step, update.entropy)
            spread = update.max_probability if update.log_std is None else update.log_std
            self.log_std.append(update.step, math.nan if spread is None else spread)
        for step, episode_return in state.episodes:
            self._recent = [*self._recent[1 - AVERAGED_EPISODES :], episode_return]
            self.mean.append(step, sum(self._recent) / len(self._recent))

    def curve(self, which: Curve) -> tuple[Floats, Floats]:
        """Steps and values of ``"entropy"``, ``"mean"`` or ``"log_std"``."""
        series = {"entropy": self.entropy, "mean": self.mean, "log_std": self.log_std}[which]
        return series.column(0), series.column(1)


class ForksModel:
    """The forks that there are.

    Attributes
    ----------
    known
        By number, oldest first.
    base
        The state that the run itself was in when they were last told of; ``None`` where it is not known.
    """

    def __init__(self) -> None:
        self.known: dict[int, KnownFork] = {}
        self.base: StepDetail | None = None

    def begin(self) -> None:
        """Forget the last run's."""
        self.known, self.base = {}, None

    def show(self, event: ForksShown, episodes: Series, updates: Series, log_std: Series | None) -> None:
        """Take over what has become of each; see :class:`KnownFork`."""
        states, self.base = event.forks, event.base or self.base
        present = {state.id for state in states}
        self.known = {id: fork for id, fork in self.known.items() if id in present}
        for state in states:
            if state.id not in self.known:
                taken = {fork.place for fork in self.known.values()}
                place = next(place for place in range(len(LETTERS)) if place not in taken)
                self.known[state.id] = KnownFork(state, place, episodes, updates, log_std)
            self.known[state.id].take(state)


@dataclass(frozen=True, slots=True)
class Verdict:
    """How a fork compares with the run.

    Parameters
    ----------
    words
        With a sign and in words.
    sign
        1 where the fork has more, −1 where it has less, 0 where neither, or it is not known.
    """

    words: str
    sign: int = 0


def verdict(difference: float | None) -> Verdict:
    """Put a difference of returns, fork less run, into words."""
    if difference is None:
        return Verdict("–")
    if abs(difference) < 1e-9:
        return Verdict("±0 same")
    more = difference > 0
    sign = "+" if more else MINUS
    return Verdict(f"{sign}{_short(abs(difference))} {'more' if more else 'less'}", 1 if more else -1)


def differences(state: ForkState, parameters: Mapping[str, Parameter], parts: Sequence[Part]) -> str:
    """What is different in a fork, and since when, in words."""
    told = [
        f"{_label(parameters[each.name])} {_change(parameters[each.name], each.previous, each.value)}"
        for each in state.changes
    ]
    if state.sample is not None:
        told.insert(0, f"first action {action_words(state.sample, parts)}")
    return f"{', '.join(told) or 'nothing differs'}, from step {state.began:,}".replace("-", MINUS)


def action_words(sample: Sequence[float], parts: Sequence[Part]) -> str:
    """An action as the policy draws it: the name of a choice, or its numbers."""
    words = []
    for index, entry in enumerate(sample):
        part = parts[index] if index < len(parts) else None
        named = part is not None and entry == int(entry) and int(entry) < len(part.labels)
        words.append(part.labels[int(entry)] if part is not None and named else f"{entry:.3g}")
    drawn = "" if any(part.labels for part in parts) else " as drawn"
    return (words[0] if len(words) == 1 else f"({', '.join(words)})") + drawn


def pace_words(state: ForkState, step: int) -> str:
    """Where a fork is, if not where the run is."""
    if state.pace == "behind":
        return f"catching up: step {state.step:,} of {step:,}"
    if state.pace == "ahead":
        return f"waits at step {state.step:,} for the run"
    return f"failed: {state.failure}" if state.pace == "failed" else ""


def _label(parameter: Parameter) -> str:
    return parameter.label[0].lower() + parameter.label[1:]


def _change(parameter: Parameter, previous: Value, value: Value) -> str:
    return f"{parameter.format(previous)} → {parameter.format(value)}"


def _short(number: float) -> str:
    return f"{number:,.0f}" if number >= 1000 else f"{number:.1f}" if number >= 10 else f"{number:.3g}"


def number_words(value: float | None) -> str:
    """A return in few digits; a dash where there is none."""
    if value is None:
        return "–"
    return (MINUS if value < 0 else "") + _short(abs(value))
