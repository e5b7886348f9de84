"""Ctrl+C and SIGTERM: held until they can be told, taken for a request, or raised so that all is cleared up."""

from __future__ import annotations

import signal
import threading

import pytest

from pgviz.interrupts import Interrupts, asked_to_stop, terminated_as_interrupted


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


def test_that_sigterm_can_be_raised_as_ctrl_c_is() -> None:
    before = signal.signal(signal.SIGTERM, lambda *_: None)
    try:
        inside = signal.getsignal(signal.SIGTERM)
        with pytest.raises(KeyboardInterrupt), terminated_as_interrupted():
            signal.raise_signal(signal.SIGTERM)
        assert signal.getsignal(signal.SIGTERM) is inside
    finally:
        signal.signal(signal.SIGTERM, before)


def test_that_the_first_one_asks_and_the_second_does_not_wait() -> None:
    before = signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        with asked_to_stop() as asked:
            assert not asked()
            signal.raise_signal(signal.SIGTERM)
            assert asked()
            with pytest.raises(KeyboardInterrupt):
                signal.raise_signal(signal.SIGTERM)
    finally:
        signal.signal(signal.SIGTERM, before)


def test_that_no_thread_but_the_main_one_says_what_becomes_of_a_signal() -> None:
    before, seen = signal.getsignal(signal.SIGTERM), []

    def elsewhere() -> None:
        with terminated_as_interrupted():
            seen.append(signal.getsignal(signal.SIGTERM))

    thread = threading.Thread(target=elsewhere)
    thread.start()
    thread.join()
    assert seen == [before]
