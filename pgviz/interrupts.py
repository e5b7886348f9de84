"""Ctrl+C and SIGTERM: what ends a command from outside, and what becomes of it.

A command ends by ``KeyboardInterrupt`` at either, so that its ``finally`` clauses clear up. What must not be cut
short in the middle has them held until it can be told. Where a command was started in the background Ctrl+C is
ignored: it is not for that one.
"""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, Self

SIGNALS = (signal.SIGINT, signal.SIGTERM)

Handler = Callable[[int, Any], object]


@contextmanager
def answered(handler: Handler, signals: tuple[signal.Signals, ...] = SIGNALS) -> Iterator[Callable[[], None]]:
    """Have `handler` called at each of these signals that is not ignored.

    Only the main thread may say so; in another nothing is changed.

    Yields
    ------
    callable
        Has them answered as before, which the end of the block does too.
    """
    previous: dict[int, Any] = {}

    def restore() -> None:
        for number, before in previous.items():
            signal.signal(number, before)

    if threading.current_thread() is threading.main_thread():
        found = {each: signal.getsignal(each) for each in signals}
        previous.update({each: before for each, before in found.items() if before not in (None, signal.SIG_IGN)})
        for each in previous:
            signal.signal(each, handler)
    try:
        yield restore
    finally:
        restore()


@contextmanager
def terminated_as_interrupted() -> Iterator[None]:
    """Have SIGTERM raise ``KeyboardInterrupt``, as Ctrl+C does, where it would end the process at once."""
    with answered(signal.default_int_handler, (signal.SIGTERM,)):
        yield


@contextmanager
def asked_to_stop() -> Iterator[Callable[[], bool]]:
    """Make the first of them a request to stop, told by the yielded function; a second does not wait."""
    asked = False

    def ask(_number: int, _frame: object) -> None:
        nonlocal asked
        asked = True
        restore()

    with answered(ask) as restore:
        yield lambda: asked


class Interrupts:
    """Both of them, held until somebody can be told.

    Python would raise in the midst of whatever Qt is building or painting, and Qt lose it, or crash; and SDL, by
    which most environments draw, takes SIGTERM for itself where nobody else has, and does nothing about it.

    Attributes
    ----------
    came
        Whether there was one.
    """

    def __init__(self) -> None:
        self.came = False
        self._tell: Callable[[], None] | None = None
        self._answered = answered(self._note)

    def __enter__(self) -> Self:
        self._answered.__enter__()
        return self

    def __exit__(self, *_: object) -> None:
        self._answered.__exit__(None, None, None)
        self._tell = None

    def tell(self, whom: Callable[[], None]) -> None:
        """Call `whom` at one, or now where it came before."""
        self._tell = whom
        if self.came:
            whom()

    def _note(self, _number: int, _frame: object) -> None:
        self.came = True
        if self._tell is not None:
            self._tell()
