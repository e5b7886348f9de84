"""Which actions can be tried, and how the policy draws them. Knows no Qt.

Shape suffixes: A actions tried, D action dimensions, K bins.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields

import numpy as np

from pgviz.gui.moving import Part
from pgviz.gui.widgets.step_axis import MINUS
from pgviz.training.events import (
    BinnedDecision,
    CategoricalDecision,
    Decision,
    FactoredDecision,
    GaussianDecision,
)

GRID = 11  # places that are tried of a real number


@dataclass(frozen=True, slots=True)
class Trial:
    """An action in which one part is of a person's choice, and the others are what the policy likes best.

    Parameters
    ----------
    place
        Where on the axis of the part: the index of an option, or the real number that the environment is sent.
    sample
        The whole action, as the policy draws it.
    """

    place: float
    sample: tuple[float, ...]


def trials(decision: Decision, part: Part, count: int = GRID) -> list[Trial]:
    """What to try of a part: every option not ruled out, every bin, or a grid over a real number's bounds."""
    return [trial_at(decision, part, place) for place in places(part.of(decision), part, count)]


def places(own: Decision, part: Part, count: int = GRID) -> list[float]:
    """Where to try: a grid has its points in the middles of equal parts, for a squashed bound is never reached."""
    if isinstance(own, CategoricalDecision):
        if own.mask_A is not None and own.heeds_mask:
            return [float(option) for option in np.flatnonzero(own.mask_A)]
        return [float(option) for option in range(len(own.probabilities_A))]
    if isinstance(own, BinnedDecision):
        return [float(centre) for centre in own.centres_DK[part.dimension]]
    assert isinstance(own, GaussianDecision)
    low, high = span(own, part)
    return [low + (high - low) * (index + 0.5) / count for index in range(count)]


def span(own: GaussianDecision, part: Part) -> tuple[float, float]:
    """The range of a real number that is worth a look: its bounds, or where the density is."""
    x_X, _ = own.density(part.dimension)
    low = part.low if np.isfinite(part.low) else float(x_X[0])
    return low, part.high if np.isfinite(part.high) else float(x_X[-1])


def trial_at(decision: Decision, part: Part, place: float) -> Trial:
    """The action with this part at one place."""
    if isinstance(decision, BinnedDecision):
        return _binned(decision, part, place)
    entries = likeliest(decision)
    column = part.dimension
    if isinstance(decision, FactoredDecision) and part.factor is not None:
        column += sum(_width(each) for each in decision.factors[: part.factor])
    own = part.of(decision)
    if isinstance(own, GaussianDecision):
        entries[column] = float(own.samples_for(part.dimension, np.array([_inside(own, part, place)]))[0])
    else:
        entries[column] = float(round(place))
    return Trial(place, tuple(entries))


def place_of(decision: Decision, part: Part, sample: Sequence[float]) -> float:
    """Where on the axis of a part a whole action is; see :func:`trial_at`."""
    if isinstance(decision, BinnedDecision):
        dimensions, bins = decision.centres_DK.shape
        chosen_D = np.unravel_index(round(sample[0]), (bins,) * dimensions)
        return float(decision.centres_DK[part.dimension, chosen_D[part.dimension]])
    begin = 0
    if isinstance(decision, FactoredDecision) and part.factor is not None:
        begin = sum(_width(each) for each in decision.factors[: part.factor])
    own = part.of(decision)
    if not isinstance(own, GaussianDecision):
        return float(sample[begin])
    drawn_D = np.array(sample[begin : begin + len(own.mean_D)])
    return float(own.to_action(drawn_D)[part.dimension])


def tried_in(decision: Decision, part: Part, tried: Sequence[Sequence[float]]) -> list[Trial] | None:
    """Whole actions as trials of one part; ``None`` where they do not differ in it."""
    found = [Trial(place_of(decision, part, sample), tuple(sample)) for sample in tried]
    return found if len(found) == 1 or len({trial.place for trial in found}) > 1 else None


def choices(own: Decision, part: Part) -> list[tuple[str, int]]:
    """The options that can be chosen, with their numbers; one that only a mask ignored forbids says so."""
    if not isinstance(own, CategoricalDecision):
        return []
    legal_A = own.mask_A
    return [
        (part.labels[option] + ("" if legal_A is None or legal_A[option] else " (illegal)"), option)
        for option in map(round, places(own, part))
    ]


def say_forced(decision: Decision, part: Part, index: int, forced: Mapping[int, Sequence[float]]) -> str:
    """What is forced: on the copy of that index first, on others where it is on none; empty for nothing."""
    if not forced:
        return ""
    first, *others = sorted(forced, key=lambda copy: (copy != index, copy))
    words = in_words(part, part.of(decision), place_of(decision, part, forced[first]))
    who = "next step" if first == index else f"copy {first + 1}"
    return f"{who} takes ‘{words}’ (forced)" + "".join(f", copy {copy + 1} too" for copy in others)


def same(one: object, other: object) -> bool:
    """Whether two decisions say the same, to the last digit."""
    if type(one) is not type(other):
        return False
    if isinstance(one, Decision):
        return all(same(getattr(one, each.name), getattr(other, each.name)) for each in fields(one))
    if isinstance(one, tuple) and isinstance(other, tuple):
        return len(one) == len(other) and all(map(same, one, other))
    if isinstance(one, np.ndarray | float) and isinstance(other, np.ndarray | float):
        return np.array_equal(one, other, equal_nan=True)
    return one == other


def likeliest(decision: Decision) -> list[float]:
    """The action that the policy likes best, as it draws it."""
    if isinstance(decision, FactoredDecision):
        return [entry for factor in decision.factors for entry in likeliest(factor)]
    if isinstance(decision, GaussianDecision):
        return [float(entry) for entry in decision.mean_D]
    assert isinstance(decision, CategoricalDecision)
    return [float(decision.probabilities_A.argmax())]


def in_words(part: Part, own: Decision, place: float) -> str:
    """What a place means: the name of an option, or a number."""
    if part.labels:
        return part.labels[round(place)]
    if isinstance(own, BinnedDecision):
        place = float(own.centres_DK[part.dimension, _bin(own, part, place)])
    number = f"{place:z.3f}".rstrip("0").rstrip(".").replace("-", MINUS)
    return f"{part.name} {number}"


def _binned(decision: BinnedDecision, part: Part, place: float) -> Trial:
    chosen_D = decision.values_DK.argmax(1)
    chosen_D[part.dimension] = _bin(decision, part, place)
    shape = (decision.centres_DK.shape[1],) * len(chosen_D)
    centre = float(decision.centres_DK[part.dimension, chosen_D[part.dimension]])
    return Trial(centre, (float(np.ravel_multi_index(tuple(chosen_D), shape)),))


def _bin(decision: BinnedDecision, part: Part, place: float) -> int:
    return int(np.abs(decision.centres_DK[part.dimension] - place).argmin())


def _inside(own: GaussianDecision, part: Part, place: float) -> float:
    """A place just within the bounds where the bounds themselves are infinitely far away for the Gaussian."""
    if not own.squashed:
        return place
    low, high = span(own, part)
    margin = 1e-4 * (high - low)
    return float(np.clip(place, low + margin, high - margin))


def _width(factor: Decision) -> int:
    return len(factor.mean_D) if isinstance(factor, GaussianDecision) else 1


def samples(tried: Sequence[Trial]) -> tuple[tuple[float, ...], ...]:
    """What the session is asked to try."""
    return tuple(trial.sample for trial in tried)
