"""Pictures with smooth edges, drawn with pygame and no window.

Coordinates are pixels of the finished picture, y downwards, and need not be whole numbers.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Literal

import gymnasium
import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    import pygame

Colour = tuple[int, int, int]
Point = tuple[float, float]
Anchor = Literal["left", "center", "right"]

# Okabe and Ito's colours for colour-blind readers (jfly.uni-koeln.de/color).
BLACK: Colour = (0, 0, 0)
ORANGE: Colour = (230, 159, 0)
SKY_BLUE: Colour = (86, 180, 233)
GREEN: Colour = (0, 158, 115)
YELLOW: Colour = (240, 228, 66)
BLUE: Colour = (0, 114, 178)
VERMILLION: Colour = (213, 94, 0)
PURPLE: Colour = (204, 121, 167)

PAPER: Colour = (252, 252, 250)
INK: Colour = (38, 42, 48)
MUTED: Colour = (104, 110, 118)
FAINT: Colour = (226, 228, 230)
WHITE: Colour = (255, 255, 255)

# Everything is drawn this much larger and averaged down: this is what makes edges smooth.
_OVERSAMPLING = 2


def mixed(colour: Colour, other: Colour, share: float) -> Colour:
    """A colour between two: `share` is how much of it is `other`, from 0 to 1."""
    red, green, blue = (round(own + (its - own) * share) for own, its in zip(colour, other, strict=True))
    return red, green, blue


def warn_that_nothing_is_drawn(environment: gymnasium.Env[Any, Any]) -> None:
    """Say, as Gymnasium's own environments do, that ``render`` was called without a render mode."""
    id = environment.spec.id if environment.spec else type(environment).__name__
    gymnasium.logger.warn(
        f'{id} draws nothing, because it has no render mode; make it with render_mode="rgb_array".'
    )


class Canvas:
    """A picture under way.

    Parameters
    ----------
    width, height
        Size in pixels.
    background
        Its colour, or a canvas of the same size to begin with a copy of.

    Raises
    ------
    gymnasium.error.DependencyNotInstalled
        Where pygame is missing.
    """

    def __init__(self, width: int, height: int, background: Colour | Canvas = PAPER) -> None:
        self._pygame = _load_pygame()
        self.size = (width, height)
        self._surface: pygame.Surface
        if isinstance(background, Canvas):
            self._surface = background._surface.copy()
        else:
            self._surface = self._pygame.Surface((width * _OVERSAMPLING, height * _OVERSAMPLING), depth=32)
            self._surface.fill(background)

    def line(self, start: Point, end: Point, width: float, colour: Colour) -> None:
        """A straight line with round ends."""
        (x, y), (end_x, end_y) = start, end
        length = float(np.hypot(end_x - x, end_y - y))
        if length:
            across_x, across_y = (y - end_y) * width / 2 / length, (end_x - x) * width / 2 / length
            corners = [
                (x + across_x, y + across_y),
                (end_x + across_x, end_y + across_y),
                (end_x - across_x, end_y - across_y),
                (x - across_x, y - across_y),
            ]
            self.polygon(corners, colour)
        for end_point in (start, end):
            self.circle(end_point, width / 2, colour)

    def circle(self, centre: Point, radius: float, colour: Colour) -> None:
        """A filled circle."""
        self._pygame.draw.circle(self._surface, colour, self._large(centre), radius * _OVERSAMPLING)

    def ring(self, centre: Point, radius: float, width: float, colour: Colour) -> None:
        """A circle's outline, its outer edge at `radius`."""
        large_width = max(1, round(width * _OVERSAMPLING))
        self._pygame.draw.circle(
            self._surface, colour, self._large(centre), radius * _OVERSAMPLING, width=large_width
        )

    def polygon(self, corners: Sequence[Point], colour: Colour) -> None:
        """A filled polygon."""
        self._pygame.draw.polygon(self._surface, colour, [self._large(corner) for corner in corners])

    def rectangle(
        self, left: float, top: float, width: float, height: float, colour: Colour, *, rounding: float = 0.0
    ) -> None:
        """A filled rectangle, its corners rounded with the radius `rounding`."""
        edges = (left, top, left + width, top + height)
        x, y, right, bottom = (round(edge * _OVERSAMPLING) for edge in edges)
        self._pygame.draw.rect(
            self._surface, colour, (x, y, right - x, bottom - y), border_radius=round(rounding * _OVERSAMPLING)
        )

    def text(self, words: str, at: Point, size: int, colour: Colour = INK, anchor: Anchor = "center") -> None:
        """One line of text, its middle at the height of `at`.

        Parameters
        ----------
        words
            What to write.
        at
            Where its left end, centre or right end is to be, as `anchor` says.
        size
            Height of the font in pixels.
        colour
            Of the letters.
        anchor
            Which point of the text is put at `at`.
        """
        written = _written(words, size * _OVERSAMPLING, colour)
        x, y = self._large(at)
        shift = {"left": 0.0, "center": 0.5, "right": 1.0}[anchor]
        corner = (round(x - shift * written.get_width()), round(y - written.get_height() / 2))
        self._surface.blit(written, corner)

    def to_array(self) -> NDArray[np.uint8]:
        """The finished picture, a new array ``(H, W, 3)``."""
        width, height = self.size
        small = self._pygame.transform.smoothscale(self._surface, self.size)
        pixels = np.frombuffer(self._pygame.image.tobytes(small, "RGB"), np.uint8)
        return pixels.reshape(height, width, 3).copy()

    def _large(self, point: Point) -> Point:
        return point[0] * _OVERSAMPLING, point[1] * _OVERSAMPLING


def _load_pygame() -> Any:
    try:
        import pygame
        import pygame.font
    except ImportError as error:
        raise gymnasium.error.DependencyNotInstalled(
            'pygame is not installed, run `pip install "gymnasium[classic-control]"`'
        ) from error
    return pygame


@lru_cache(maxsize=512)
def _written(words: str, size: int, colour: Colour) -> pygame.Surface:
    # Only the drawn words are kept: a font dies when another environment, on closing, quits pygame.
    font = _load_pygame().font
    font.init()
    drawn: pygame.Surface = font.Font(None, size).render(words, True, colour)
    return drawn
