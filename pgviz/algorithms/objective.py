"""The sign, once: the optimiser descends, the policy ascends.

Everything that an algorithm wants more of is called its *objective* until it comes here, and here alone it is
negated.

Shape suffixes: B batch.
"""

from __future__ import annotations

from typing import NamedTuple, Self

import numpy as np

from pgviz.algorithms.returns import Floats


class Sloped(NamedTuple):
    """A mean over a batch, and its slope in what it is the mean of.

    Parameters
    ----------
    value
        The mean.
    slopes_B
        Its partial derivative in each sample's ln π, entropy or V, whichever it is about.
    """

    value: float
    slopes_B: Floats

    @classmethod
    def mean(cls, terms_B: Floats, derivatives_B: Floats) -> Self:
        """The mean of terms, given the derivative of each in its own quantity."""
        count = terms_B.dtype.type(len(terms_B))
        return cls(float(np.add.reduce(terms_B) / count), derivatives_B / count)


class Descent(NamedTuple):
    """A loss, and its slopes in every sample's ln π, entropy and V; ``None`` where it does not depend on them."""

    loss: float
    slopes: tuple[Floats, Floats | None, Floats | None]


def descend(
    objective: Sloped,
    *,
    entropy: Sloped | None = None,
    entropy_coefficient: float = 0.0,
    value_error: Sloped | None = None,
    value_coefficient: float = 0.0,
    flipped: bool = False,
) -> Descent:
    """Return −(J + β H) + c · value error, to be descended, and its slopes.

    Schulman et al. 2017 (arXiv:1707.06347), equation 9, negated.

    Parameters
    ----------
    objective
        The surrogate of J(θ), whose gradient is an estimate of ∇J, with its slopes in ln π.
    entropy, entropy_coefficient
        Mean entropy H of the policy and its weight β; no entropy means no bonus.
    value_error, value_coefficient
        Mean squared error of the critic, with its slopes in V, and its weight c; no error means no critic.
    flipped
        Whether to make the common mistake of descending J, for a lesson.
    """
    if flipped:
        objective = Sloped(-objective.value, -objective.slopes_B)
    loss, log_prob_B = -objective.value, -objective.slopes_B
    entropy_B = values_B = None
    if entropy is not None:
        loss -= entropy_coefficient * entropy.value
        entropy_B = -entropy_coefficient * entropy.slopes_B
    if value_error is not None:
        loss += value_coefficient * value_error.value
        values_B = value_coefficient * value_error.slopes_B
    return Descent(loss, (log_prob_B, entropy_B, values_B))
