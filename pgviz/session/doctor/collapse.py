"""Exploration has come to an end before anything was learned, or is drowning what was learned."""

from __future__ import annotations

import math

import numpy as np

from pgviz.session.doctor.check import LEAST_EPISODES, Check, Record, Trail
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


class EntropyCollapse(Check):
    """Watches for a policy that has become sure although returns are no better than at the start."""

    name = "entropy_collapse"
    at_every_update = True
    title = "The entropy has collapsed"
    watched = "the entropy, while returns are no better than at the start"

    def __init__(self) -> None:
        self._trail = Trail("entropy")
        self._since: int | None = None

    @classmethod
    def applies(cls, started: RunStarted) -> bool:
        """Whether the entropy is that of choices alone."""
        return started.policy.kind in ("categorical", "factored") and not started.policy.has_std

    def take(self, event: UpdateApplied, record: Record) -> Finding | None:
        """Wait for some episodes after the entropy has fallen, and compare them with the first ones."""
        uniform = record.started.policy.uniform_entropy or math.nan
        self._trail.add(event.step, event.entropy)
        if not event.entropy < SHARE_OF_ENTROPY * uniform:
            self._since = None
            return None
        self._since = record.episodes if self._since is None else self._since
        if record.episodes - self._since < LEAST_EPISODES or record.has_improved or record.returns is None:
            return None
        first, recent = record.returns
        sentence = (
            f"The entropy has fallen to {event.entropy:.2g} nats of {uniform:.3g}, so that nothing new is tried, "
            f"while the mean return went from {first:.4g} at the start to {recent:.4g}."
        )
        advice = "Lower the learning rate or raise the entropy coefficient; check the sign of the loss."
        evidence = self._trail.evidence("Entropy in nats", SHARE_OF_ENTROPY * uniform)
        return self.finding(event, sentence, advice, evidence)


class StdCollapse(Check):
    """Watches for a σ that has shrunk although returns are no better than at the start."""

    name = "std_collapse"
    at_every_update = True
    title = "The std has collapsed"
    watched = "σ, while returns are no better than at the start"

    def __init__(self) -> None:
        self._trail = Trail("smallest σ")
        self._since: int | None = None

    @classmethod
    def applies(cls, started: RunStarted) -> bool:
        """Whether there is a σ."""
        return started.policy.has_std

    def take(self, event: UpdateApplied, record: Record) -> Finding | None:
        """Wait for some episodes after σ has shrunk, and compare them with the first ones."""
        if event.log_std is None:
            return None
        std = float(np.exp(event.log_std.min()))
        self._trail.add(event.step, std)
        if std >= SHARE_OF_STD * record.initial_std:
            self._since = None
            return None
        self._since = record.episodes if self._since is None else self._since
        if record.episodes - self._since < LEAST_EPISODES or record.has_improved or record.returns is None:
            return None
        first, recent = record.returns
        sentence = (
            f"σ has shrunk to {std:.2g}, from σ₀ = {record.initial_std:g}, so that nothing new is tried, while "
            f"the mean return went from {first:.4g} at the start to {recent:.4g}."
        )
        advice = "Lower the learning rate or raise the entropy coefficient; check the sign of the loss."
        evidence = self._trail.evidence("Smallest σ", SHARE_OF_STD * record.initial_std)
        return self.finding(event, sentence, advice, evidence)


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
