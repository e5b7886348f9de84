"""Exploration has come to an end before anything was learned, or is drowning what was learned."""

from __future__ import annotations

import math
from abc import abstractmethod
from typing import ClassVar

import numpy as np

from pgviz.session.doctor.check import LEAST_EPISODES, Check, Record, Trail, heeds_masks
from pgviz.session.doctor.finding import Finding, bars
from pgviz.training.events import RunStarted, UpdateApplied

SHARE_OF_ENTROPY, SHARE_OF_STD, TIMES_STD = 0.05, 0.1, 5.0
NARROW = 0.05
WIDE_SQUASHED, WIDE_CLIPPED = 3.0, 2.0  # in halves of the range, before squashing


def half_ranges(record: Record) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    """Half the width of each real action's range, as σ sees it: 1 where it is squashed or has no bounds."""
    environment = record.started.environment
    factors = [pair for each in environment.factors for pair in zip(each.low, each.high, strict=True)]
    bounds = factors or list(zip(environment.action_low, environment.action_high, strict=True))
    halves = np.array([(high - low) / 2.0 if high - low < 1e30 else 1.0 for low, high in bounds])
    return np.ones_like(halves) if record.squashes else halves


class Collapse(Check):
    """Watches for a measure of exploration that has fallen although returns are no better than at the start."""

    at_every_update = True
    caption: ClassVar[str]

    def __init__(self) -> None:
        self._trail = Trail(self.caption.lower())
        self._since: int | None = None

    @abstractmethod
    def measure(self, event: UpdateApplied, record: Record) -> tuple[float, float, str] | None:
        """The measure, what it must not fall below, and how to say that it has; ``None`` where it is not known."""

    def take(self, event: UpdateApplied, record: Record) -> Finding | None:
        """Wait for some episodes after the fall, and compare them with the first ones."""
        measured = self.measure(event, record)
        if measured is None:
            return None
        value, limit, said = measured
        self._trail.add(event.step, value)
        if value >= limit or math.isnan(value):
            self._since = None
            return None
        self._since = record.episodes if self._since is None else self._since
        if record.episodes - self._since < LEAST_EPISODES or record.has_improved or record.returns is None:
            return None
        first, recent = record.returns
        sentence = (
            f"{said}, so that nothing new is tried, while the mean return went from {first:.4g} at the start to "
            f"{recent:.4g}."
        )
        advice = "Lower the learning rate or raise the entropy coefficient; check the sign of the loss."
        return self.finding(event, sentence, advice, self._trail.evidence(self.caption, limit))


class EntropyCollapse(Collapse):
    """Watches for a policy that has become sure, of what is legal where it heeds masks."""

    name = "entropy_collapse"
    title = "The entropy has collapsed"
    watched = "the entropy, while returns are no better than at the start"
    caption = "Entropy in nats"

    def __init__(self) -> None:
        super().__init__()
        self._among_legal: float | None = None

    @classmethod
    def applies(cls, started: RunStarted) -> bool:
        """Whether the entropy is that of choices alone."""
        return started.policy.kind in ("categorical", "factored") and not started.policy.has_std

    def measure(self, event: UpdateApplied, record: Record) -> tuple[float, float, str] | None:
        """The entropy, beside that of an even choice."""
        even = self._of_even_choice(event, record.started)
        if even is None:
            return None
        said = f"The entropy has fallen to {event.entropy:.2g} nats of {even:.3g}"
        return event.entropy, SHARE_OF_ENTROPY * even, said

    def _of_even_choice(self, event: UpdateApplied, started: RunStarted) -> float | None:
        """Of all options where all are legal, else of those that were when the policy was last checked up on."""
        if not heeds_masks(started):
            return started.policy.uniform_entropy
        if event.vitals is not None:
            self._among_legal = event.vitals.uniform_entropy
        return self._among_legal


class StdCollapse(Collapse):
    """Watches for a σ that has shrunk."""

    name = "std_collapse"
    title = "The std has collapsed"
    watched = "σ, while returns are no better than at the start"
    caption = "Smallest σ"

    @classmethod
    def applies(cls, started: RunStarted) -> bool:
        """Whether there is a σ."""
        return started.policy.has_std

    def measure(self, event: UpdateApplied, record: Record) -> tuple[float, float, str] | None:
        """The smallest σ, beside the one that it started with."""
        if event.log_std is None:
            return None
        std = float(np.exp(event.log_std.min()))
        said = f"σ has shrunk to {std:.2g}, from σ₀ = {record.initial_std:g}"
        return std, SHARE_OF_STD * record.initial_std, said


class StdExplosion(Check):
    """Watches for a σ that has grown far beyond what the actions have room for."""

    name = "std_explosion"
    at_every_update = True
    title = "The std has exploded"
    watched = "whether σ outgrows the range of the actions"

    def __init__(self) -> None:
        self._trail = Trail("largest σ")

    @classmethod
    def applies(cls, started: RunStarted) -> bool:
        """Whether there is a σ."""
        return started.policy.has_std

    def take(self, event: UpdateApplied, record: Record) -> Finding | None:
        """Compare σ with where it started, and with the range."""
        if event.log_std is None:
            return None
        relative = np.exp(event.log_std) / half_ranges(record)
        std = float(np.exp(event.log_std.max()))
        self._trail.add(event.step, std)
        wide = WIDE_SQUASHED if record.squashes else WIDE_CLIPPED
        if std < TIMES_STD * record.initial_std or relative.max() < wide:
            return None
        room = "tanh is already flat at 3" if record.squashes else "half the range is all there is room for"
        sentence = (
            f"σ has grown to {std:.3g}, from σ₀ = {record.initial_std:g}; {room}, so that nearly every action "
            "lies at a bound."
        )
        advice = "Lower the entropy coefficient, or the learning rate."
        limit = TIMES_STD * record.initial_std
        return self.finding(event, sentence, advice, self._trail.evidence("Largest σ", limit))


class NarrowStart(Check):
    """Watches for a σ₀ that leaves hardly anything to be tried."""

    name = "narrow_start"
    at_every_update = True
    title = "The std starts too small to explore"
    watched = "whether σ₀ is wide enough for the range of the actions"

    @classmethod
    def applies(cls, started: RunStarted) -> bool:
        """Whether there is a σ."""
        return started.policy.has_std

    def take(self, event: UpdateApplied, record: Record) -> Finding | None:
        """Look at the first update alone."""
        if event.update != 1 or event.log_std is None:
            return None
        stds = np.exp(event.log_std)
        shares = stds / half_ranges(record)
        share, std = float(shares.min()), float(stds[shares.argmin()])
        if share >= NARROW:
            return None
        sentence = (
            f"After the first update σ is {std:.2g}: two thirds of the actions lie within {share:.1%} of half the "
            "range around the mean, so that other actions are as good as never tried."
        )
        advice = "Set the initial std to about 1 where actions are squashed, else to about half the range."
        evidence = bars("σ at the start", event.step, NARROW * std / share, σ=std)
        return self.finding(event, sentence, advice, evidence)
