"""Many moments on few pixels."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from pgviz.gui.widgets.step_ticks import counts_by_column


@given(st.lists(st.integers(0, 100), max_size=50), st.integers(1, 30))
def test_that_every_moment_in_sight_is_in_the_column_of_its_place(steps: list[int], columns: int) -> None:
    steps_N = np.sort(np.array(steps, float))
    first, last = 20.0, 80.0

    counts_C = counts_by_column(steps_N, first, last, columns)

    edges = np.linspace(first, last, columns + 1)
    expected_C, _ = np.histogram(steps_N[(steps_N >= first) & (steps_N <= last)], edges)
    assert counts_C.tolist() == expected_C.tolist()
