from __future__ import annotations

from tests.benchmarks.launch import measure_start


def test_that_the_window_is_painted_before_torch_is_imported() -> None:
    times = measure_start()
    assert 0 < times["painted"] < times["torch"] < times["ready"]
