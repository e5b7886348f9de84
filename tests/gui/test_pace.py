"""The plots slow down where drawing takes more than its share."""

from __future__ import annotations

from pgviz.gui.pace import Pace


class Machine:
    """A clock that goes on by a tick each time, of which the window's thread works a part."""

    def __init__(self, share: float) -> None:
        self.share = share
        self.gone = self.worked = 0.0
        self.pace = Pace(3, 10, share=0.1, clock=lambda: self.gone, work=lambda: self.worked)

    def run(self, ticks: int) -> int:
        """Let time go by; returns the ticks between two redraws."""
        for _ in range(ticks):
            self.gone += 0.033
            self.worked += 0.033 * self.share
            self.pace.tick()
        return self.pace.every


def test_that_plots_keep_their_pace_on_a_machine_with_time_to_spare() -> None:
    assert Machine(0.05).run(300) == 3


def test_that_plots_slow_down_as_far_as_allowed_and_quicken_again() -> None:
    machine = Machine(0.12)
    begun = machine.pace.every
    assert 3 < begun < machine.run(Pace.TICKS)
    assert machine.run(300) == 10

    machine.share = 0.05
    assert machine.run(300) == 3


def test_that_the_pace_rests_between_too_much_and_too_little() -> None:
    machine = Machine(0.12)
    slowed = machine.run(2 * Pace.TICKS)
    assert 5 < slowed < 10

    machine.share = 0.09
    assert machine.run(300) == slowed


def test_that_a_machine_with_little_time_is_relieved_within_a_second() -> None:
    assert Machine(0.3).run(3 * Pace.TICKS) == 10


def test_that_plots_slow_down_to_half_at_once_and_quicken_by_a_fifth() -> None:
    gone = worked = 0.0
    pace = Pace(1, 400, share=0.1, clock=lambda: gone, work=lambda: worked)

    def after(share: float) -> int:
        nonlocal gone, worked
        gone, worked = gone + 1.0, worked + share
        for _ in range(Pace.TICKS):
            pace.tick()
        return pace.every

    assert pace.every == 20
    assert [after(0.9), after(0.9), after(0.13), after(0.01), after(0.01)] == [40, 80, 104, 83, 67]
