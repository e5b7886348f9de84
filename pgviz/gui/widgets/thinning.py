"""Fewer points that look the same.

Shape suffixes: N points of a series, M points drawn, C columns of pixels.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


def outline(x_N: Floats, y_N: Floats, columns: int) -> tuple[Floats, Floats]:
    """The first, lowest, highest and last point in each of C equal parts of x: every peak is kept.

    Parameters
    ----------
    x_N, y_N
        A series by increasing x, ``(N,)``; neither may be empty.
    columns
        How many parts C.

    Returns
    -------
    tuple
        x and y of the points to draw, ``(M,)`` with M ≤ 4 C, or all of them where N is no more than that.
    """
    if len(x_N) <= 4 * columns:
        return x_N, y_N
    begins_C = _begins(x_N, columns)
    ends_C = np.append(begins_C[1:], len(x_N)) - 1
    low_C, high_C = np.minimum.reduceat(y_N, begins_C), np.maximum.reduceat(y_N, begins_C)
    middle_C = (x_N[begins_C] + x_N[ends_C]) / 2
    x_M = np.stack([x_N[begins_C], middle_C, middle_C, x_N[ends_C]], axis=1).ravel()
    return x_M, np.stack([y_N[begins_C], low_C, high_C, y_N[ends_C]], axis=1).ravel()


def means(x_N: Floats, y_N: Floats, columns: int) -> tuple[Floats, Floats]:
    """The mean point in each of C equal parts of x, and the last point; parameters as for :func:`outline`.

    Returns
    -------
    tuple
        x and y of the points to draw, ``(M,)`` with M ≤ C + 1, or all of them where N is no more than that.
    """
    if len(x_N) <= columns + 1:
        return x_N, y_N
    begins_C = _begins(x_N, columns)
    counts_C = np.diff(np.append(begins_C, len(x_N)))
    x_M, y_M = (np.add.reduceat(each, begins_C) / counts_C for each in (x_N, y_N))
    return np.append(x_M, x_N[-1]), np.append(y_M, y_N[-1])


def _begins(x_N: Floats, columns: int) -> NDArray[np.intp]:
    edges_C = np.linspace(x_N[0], x_N[-1], columns, endpoint=False)
    return np.unique(np.searchsorted(x_N, edges_C))
