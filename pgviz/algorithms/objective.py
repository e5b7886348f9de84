"""The sign, once: the optimiser descends, the policy ascends.

Everything that an algorithm wants more of is called its *objective* until it comes here, and here alone it is
negated.
"""

from __future__ import annotations

from torch import Tensor


def descent_loss(
    objective: Tensor,
    *,
    entropy: Tensor | None = None,
    entropy_coefficient: float = 0.0,
    value_error: Tensor | None = None,
    value_coefficient: float = 0.0,
) -> Tensor:
    """Return −(J + β H) + c · value error, a scalar to be descended.

    Schulman et al. 2017 (arXiv:1707.06347), equation 9, negated.

    Parameters
    ----------
    objective
        The surrogate of J(θ), whose gradient is an estimate of ∇J.
    entropy, entropy_coefficient
        Mean entropy H of the policy and its weight β; no entropy means no bonus.
    value_error, value_coefficient
        Mean squared error of the critic and its weight c; no error means no critic.
    """
    ascended = objective if entropy is None else objective + entropy_coefficient * entropy
    return -ascended if value_error is None else value_coefficient * value_error - ascended
