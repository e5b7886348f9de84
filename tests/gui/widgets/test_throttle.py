"""Showing the newest of many things."""

from __future__ import annotations

from pgviz.gui.widgets.throttle import Throttle


def test_that_of_a_fast_succession_the_first_and_the_last_are_shown() -> None:
    shown: list[int] = []
    throttle = Throttle(shown.append, 1000.0)
    for number in range(5):
        throttle.offer(number)
    assert shown == [0]
    throttle.catch_up()
    assert shown == [0]
    throttle._interval = 0.0
    throttle.catch_up()
    throttle.catch_up()
    assert shown == [0, 4]


def test_that_what_must_be_shown_at_once_is_and_replaces_what_waited() -> None:
    shown: list[int] = []
    throttle = Throttle(shown.append, 1000.0)
    throttle.offer(1)
    throttle.offer(2)
    throttle.offer(3, at_once=True)
    throttle._interval = 0.0
    throttle.catch_up()
    assert shown == [1, 3]


def test_that_what_waits_can_be_forgotten() -> None:
    shown: list[int] = []
    throttle = Throttle(shown.append, 1000.0)
    throttle.offer(1)
    throttle.offer(2)
    throttle.forget()
    throttle._interval = 0.0
    throttle.catch_up()
    assert shown == [1]
