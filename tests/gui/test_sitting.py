"""Ctrl+C while a window poses is held until it can be told, and then told."""

from __future__ import annotations

import signal

import pytest

from pgviz.gui.sitting import Interrupts


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_that_an_interrupt_before_anybody_can_be_told_is_told_then(number: signal.Signals) -> None:
    told: list[int] = []
    before = signal.getsignal(number)
    signal.signal(number, signal.default_int_handler)
    try:
        with Interrupts() as interrupts:
            signal.raise_signal(number)  # which raises nothing here
            assert interrupts.came
            interrupts.tell(lambda: told.append(1))
            assert told == [1]
            signal.raise_signal(number)
            assert told == [1, 1]
        assert signal.getsignal(number) is signal.default_int_handler
    finally:
        signal.signal(number, before)


def test_that_a_run_in_the_background_goes_on_ignoring_ctrl_c() -> None:
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        with Interrupts() as interrupts:
            signal.raise_signal(signal.SIGINT)
            assert not interrupts.came
    finally:
        signal.signal(signal.SIGINT, before)
