"""What watching costs: the same training headless and in the shown window, in turn, in one run.

``python -m tests.benchmarks.watching [--seconds S] [--rounds R] [--environment ID]``

In each round the window's run plays for S seconds, and then the headless one takes the very same steps, while the
window rests: watching changes nothing, so that both do the same work to the bit, and a machine whose speed drifts
drifts for both. Prints the ratio of steps/s, round by round; the intervals between the window's frames (when it
takes in what has come and repaints what has changed); and those between the environment's pictures, which are
fewer: nothing moves during an update, and of steps that rush by every fifth frame shows one. Without a display the
window is shown offscreen, where Qt paints into memory; under a display set ``QT_QPA_PLATFORM=xcb``.
"""

from __future__ import annotations

import argparse
import statistics
import tempfile

import numpy as np

from pgviz.config import RunConfig
from tests.benchmarks.in_turn import Headless, Watched
from tests.benchmarks.screen import application


def compare(config: RunConfig, seconds: float, rounds: int) -> None:
    """Print the ratios and the intervals."""
    ratios: list[float] = []
    with tempfile.TemporaryDirectory() as folder:
        watched, headless = Watched(config, folder), Headless(config)
        for _ in range(rounds):
            first, last, seen = watched.play(seconds)
            headless.go_on_to(first)
            alone = headless.go_on_to(last)
            ratios.append(alone / seen)
            rates = (last - first) / alone, (last - first) / seen
            print(f"headless {rates[0]:8,.0f} steps/s   watched {rates[1]:8,.0f} steps/s   ratio {ratios[-1]:.3f}")
        watched.close()
        headless.end()
    low, high = np.percentile(ratios, (25, 75))
    print(f"ratio: median {statistics.median(ratios):.3f}, quartiles {low:.3f} and {high:.3f}")
    for name, intervals in (("window's frames", watched.frames), ("environment's pictures", watched.pictures)):
        print(
            f"{name}: interval median {np.median(intervals):.1f} ms, p99 {np.percentile(intervals, 99):.1f} ms, "
            f"longest {max(intervals):.1f} ms"
        )


def main() -> None:
    """Run the benchmark and print what it found."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=4.0)
    parser.add_argument("--rounds", type=int, default=12)
    parser.add_argument("--environment", default="CartPole-v1")
    arguments = parser.parse_args()
    app = application()
    config = RunConfig.create(arguments.environment, "ppo", steps=10**9)
    compare(config, arguments.seconds, arguments.rounds)
    app.quit()


if __name__ == "__main__":
    main()
