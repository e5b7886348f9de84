"""Factored: several choices and real numbers, independent of each other given the state.

π(a|s) = Π π_i(a_i|s), so that ln π and the entropy are sums over the factors (for many action dimensions: Tavakoli
et al. 2018, arXiv:1711.08946). A bit of a MultiBinary action is a choice out of two, with a logit for each, as in
sb3-contrib: the same distributions as with a single logit, and one way for all choices.

Shape suffixes: B batch, S options of all choices together, F choices, G those of one group, X options of a group's
longest choice, D real numbers, K columns of a sample's row.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from pgviz.action_layout import ActionLayout
from pgviz.policies.decision import Array
from pgviz.policies.distributions import Categorical, DiagonalGaussian, MaskedCategorical, sample_categorical

# Choices share a group unless one has more than so many times the options of another.
_LARGEST_RATIO = 4


class ChoiceGroup:
    """Choices of similar numbers of options, laid out in rows of equal length.

    Rows of equal length are one operation, however many choices there are; the groups bound what padding wastes.

    Parameters
    ----------
    layout
        Of the action.
    members
        Which of its choices belong to this group, in increasing order.

    Attributes
    ----------
    members
        The same.
    columns
        Where they are in a sample's row.
    longest
        Options X of the longest.
    """

    def __init__(self, layout: ActionLayout, members: Sequence[int]) -> None:
        counts_F, chosen = layout.counts_F, list(members)
        counts_G, begins_G = counts_F[chosen], (np.cumsum(counts_F) - counts_F)[chosen]
        self.longest = int(counts_G.max())
        option_X = np.arange(self.longest)
        # What is beyond a row's end repeats its last entry, and is ruled out.
        places_GX = begins_G[:, None] + np.minimum(option_X, counts_G[:, None] - 1)
        self.members = tuple(members)
        self.columns = _index(layout.choice_columns_F[chosen])
        self._shape = places_GX.shape
        self._places = _index(places_GX.reshape(-1))
        full_GX = option_X < counts_G[:, None]
        self._padding_GX = ~full_GX
        self._padded = not full_GX.all()
        self._full_GX = torch.from_numpy(full_GX)
        self._filled = places_GX[full_GX]

    def distribution(self, logits_BS: Tensor, masks_BS: Tensor | None) -> Categorical:
        """Return the softmax of each choice in the group; results have the shape ``(B, G)``."""
        logits_BGX = logits_BS[:, self._places].reshape(-1, *self._shape)
        if masks_BS is not None:
            legal_BGX = masks_BS[:, self._places].reshape(-1, *self._shape)
            return MaskedCategorical(logits_BGX, legal_BGX & self._full_GX)
        return MaskedCategorical(logits_BGX, self._full_GX) if self._padded else Categorical(logits_BGX)

    def draw(self, logits_BS: Array, rng: np.random.Generator) -> NDArray[np.int64]:
        """Draw an index for each choice in the group, ``(B, G)``."""
        return sample_categorical(self.rows(logits_BS), rng)

    def rows(self, logits_BS: Array) -> Array:
        """Arrange logits in rows of equal length, ``(B, G, X)``, with −∞ beyond a row's end."""
        logits_BGX: Array = logits_BS[:, self._places].reshape(-1, *self._shape)
        return np.where(self._padding_GX, np.float32(-np.inf), logits_BGX) if self._padded else logits_BGX

    def put(self, slopes_BGX: Array, out_BK: Array) -> None:
        """Write what belongs to the group's options, arranged in rows, where they are among all outputs."""
        if self._padded:
            out_BK[:, self._filled] = slopes_BGX[:, ~self._padding_GX]
        else:
            out_BK[:, self._places] = slopes_BGX.reshape(len(slopes_BGX), -1)


class Factors:
    """How samples and outputs of a policy are laid out over the factors of an action.

    Parameters
    ----------
    layout
        Of the action.

    Attributes
    ----------
    layout
        The same.
    groups
        All choices, each in one of them.
    real_columns
        Where the real numbers are in a sample's row.
    """

    def __init__(self, layout: ActionLayout) -> None:
        self.layout = layout
        self.groups = tuple(ChoiceGroup(layout, members) for members in _grouped(layout.counts_F))
        self.real_columns = _index(layout.real_columns_D)

    def join(self, choices: Sequence[NDArray[np.int64]], real_BD: Array | None) -> NDArray[Any]:
        """Put indices ``(B, G)`` of each group, and real numbers ``(B, D)``, into rows ``(B, K)``.

        Rows are int64, or float32 where there are real numbers: there are far fewer options than 2²⁴, so that
        every index is a float32 exactly.
        """
        if real_BD is None:
            rows_BK = np.empty((len(choices[0]), self.layout.width), np.int64)
        else:
            rows_BK = np.empty((len(real_BD), self.layout.width), np.float32)
            rows_BK[:, self.real_columns] = real_BD
        for group, indices_BG in zip(self.groups, choices, strict=True):
            rows_BK[:, group.columns] = indices_BG
        return rows_BK


class Factored:
    """Choices and a diagonal Gaussian, independent of each other.

    A sample is a row: the index of the option for a choice, the real vector before squashing for the Gaussian.

    Parameters
    ----------
    factors
        Which column of a row is what.
    choices
        The distribution of each group of choices, with results ``(B, G)``.
    gaussian
        Of all real numbers in the action, or ``None`` where there are none.
    """

    __slots__ = ("choices", "factors", "gaussian")

    def __init__(
        self, factors: Factors, choices: Sequence[Categorical], gaussian: DiagonalGaussian | None
    ) -> None:
        self.factors = factors
        self.choices = choices
        self.gaussian = gaussian

    def sample(self, rng: np.random.Generator) -> NDArray[Any]:
        """Draw a row per state, shape ``(B, K)``."""
        indices = [each.sample(rng) for each in self.choices]
        return self.factors.join(indices, None if self.gaussian is None else self.gaussian.sample(rng))

    def mode(self) -> NDArray[Any]:
        """Return the likeliest option of each choice, and the mean of each real number."""
        indices = [each.mode() for each in self.choices]
        return self.factors.join(indices, None if self.gaussian is None else self.gaussian.mode())

    def log_prob(self, sample: Tensor) -> Tensor:
        """Return ln π of each row: the sum over its factors."""
        parts = [
            each.log_prob(sample[:, group.columns].long()).sum(-1)
            for group, each in zip(self.factors.groups, self.choices, strict=True)
        ]
        if self.gaussian is not None:
            parts.append(self.gaussian.log_prob(sample[:, self.factors.real_columns]))
        return _sum(parts)

    def entropy(self) -> Tensor:
        """Return the entropy per state: the sum over the factors, which are independent."""
        parts = [each.entropy().sum(-1) for each in self.choices]
        return _sum(parts if self.gaussian is None else [*parts, self.gaussian.entropy()])

    def max_probability(self) -> Tensor | None:
        """Return the probability of the likeliest action per state; ``None`` where real numbers are part of it."""
        if self.gaussian is not None:
            return None
        return _sum([each.max_probability().log().sum(-1) for each in self.choices]).exp()


def _grouped(counts_F: NDArray[np.int64]) -> list[list[int]]:
    """Put choices of similar numbers of options together."""
    grouped: list[list[int]] = []
    for choice in np.argsort(counts_F, kind="stable").tolist():
        if not grouped or counts_F[choice] > _LARGEST_RATIO * counts_F[grouped[-1][0]]:
            grouped.append([])
        grouped[-1].append(choice)
    return [sorted(each) for each in grouped]


def _sum(parts: Sequence[Tensor]) -> Tensor:
    total = parts[0]
    for part in parts[1:]:
        total = total + part
    return total


def _index(places: NDArray[np.int64]) -> slice | NDArray[np.int64]:
    """An index that is a slice, and so copies nothing, where it can be."""
    if not len(places):
        return slice(0, 0)
    begin, end = int(places[0]), int(places[-1]) + 1
    return slice(begin, end) if np.array_equal(places, np.arange(begin, end)) else places
