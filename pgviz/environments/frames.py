"""Pictures of the live environment, drawn without changing it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pgviz.environments.factory import Environment
from pgviz.environments.faults import RAISED, in_words


class FrameRenderer:
    """Draws copies of an environment; gives up, for good, at the first failure.

    Parameters
    ----------
    environments
        The copies, made with ``render_mode="rgb_array"``.
    renders
        Whether they can draw at all.

    Attributes
    ----------
    error
        Why nothing is drawn; empty as long as there is nothing to say.
    """

    def __init__(self, environments: Sequence[Environment], renders: bool) -> None:
        self._environments = environments
        self._renders = renders
        self.error = ""

    def render(self, index: int) -> NDArray[np.uint8] | None:
        """Draw one copy as it is now, into a new array ``(H, W, 3)``; ``None`` where that is not possible."""
        if not self._renders or self.error:
            return None
        try:
            return self._draw(self._environments[index])
        # A picture is never worth a run; the text is shown instead.
        except RAISED as error:
            self.error = f"No picture: drawing {in_words(error)}"
            return None

    def _draw(self, environment: Environment) -> NDArray[np.uint8]:
        # Some environments draw random numbers to draw themselves, and watching must not change the run.
        generator = getattr(environment.unwrapped, "np_random", None)
        bits = generator.bit_generator if isinstance(generator, np.random.Generator) else None
        state = bits.state if bits else None
        try:
            frame: Any = environment.render()
        finally:
            if bits and state is not None:
                bits.state = state
        if not isinstance(frame, np.ndarray) or frame.ndim != 3 or frame.shape[2] != 3:
            raise TypeError(f"it returned {_kind(frame)} where an (H, W, 3) picture was asked for")
        # Always a copy: the environment may go on to draw into what it returned.
        # In the order it came in: to turn columns into rows is slow, and whoever shows it does so on his own time.
        return np.array(frame, dtype=np.uint8, order="K")


def _kind(frame: object) -> str:
    return f"an array of shape {frame.shape}" if isinstance(frame, np.ndarray) else f"a {type(frame).__name__}"
