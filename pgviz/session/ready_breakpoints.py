"""Ready-made breakpoints: what one wants to be told of in almost any run."""

from __future__ import annotations

from dataclasses import dataclass

from pgviz.session.breakpoints import Breakpoint


@dataclass(frozen=True, slots=True)
class ReadyBreakpoint:
    """A breakpoint to choose from a list.

    Parameters
    ----------
    title
        What to call it.
    condition
        When it is hit; a person may change it.
    explanation
        When that is, what it means, and what it takes.
    one_shot
        Whether it stops once only.
    """

    title: str
    condition: str
    explanation: str
    one_shot: bool = False

    def breakpoint(self) -> Breakpoint:
        """Return a breakpoint as described."""
        return Breakpoint(self.condition, one_shot=self.one_shot, title=self.title)


READY_BREAKPOINTS: tuple[ReadyBreakpoint, ...] = (
    ReadyBreakpoint(
        "Episode end",
        "terminated or truncated",
        "Whenever an episode of any copy of the environment has ended.",
    ),
    ReadyBreakpoint(
        "First success",
        "episode_return >= reward_threshold",
        "The first episode whose return reaches what the environment counts as solved. Where an environment names "
        "no such return, put a number in its place.",
        one_shot=True,
    ),
    ReadyBreakpoint(
        "NaN or infinity",
        "not isfinite(loss) or not isfinite(grad_norm) or not isfinite(value_loss) or not isfinite(kl)",
        "A loss, a gradient's norm or a KL divergence is not a finite number; where the minibatch shows it, "
        "before the optimiser steps. Look for a division by zero, a logarithm of 0, or too large a learning rate.",
    ),
    ReadyBreakpoint(
        "Entropy collapse",
        "entropy < 0.1 * ln(n_actions)",
        "The mean entropy of a discrete policy has fallen below a tenth of that of the uniform one: it hardly "
        "explores any more. Too early, this asks for a larger entropy coefficient or a smaller learning rate.",
        one_shot=True,
    ),
    ReadyBreakpoint(
        "Std collapse",
        "min(std) < 0.02",
        "The standard deviation of some action dimension has nearly vanished: it hardly explores there any more, "
        "and its gradients grow as 1/σ.",
        one_shot=True,
    ),
    ReadyBreakpoint(
        "Std explosion",
        "max(std) > 5",
        "The standard deviation of some action dimension has grown so large that most actions end up at the "
        "bounds, or are noise. Often the entropy coefficient is too large.",
        one_shot=True,
    ),
    ReadyBreakpoint(
        "Saturated actions",
        "mean(any(action > high - 0.01 * (high - low) or action < low + 0.01 * (high - low)), 100) > 0.5",
        "In more than half of the watched copy's last 100 steps some action dimension was within 1 % of a bound. "
        "The policy pushes against its limits and gets little gradient there. Needs the details of every step.",
        one_shot=True,
    ),
    ReadyBreakpoint(
        "All actions masked",
        "mask_count == 0",
        "A state of the watched copy in which no action is legal: a fault of the environment or of its mask. "
        "Needs the details of every step.",
    ),
    ReadyBreakpoint(
        "KL spike",
        "kl > 0.05",
        "An update has moved the policy unusually far from the one that collected its data. Look for too large a "
        "learning rate or too many epochs.",
    ),
)
