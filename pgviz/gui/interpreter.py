"""What the window asks of Python's interpreter while another thread trains."""

from __future__ import annotations

import gc
import sys

from PySide6.QtCore import QObject, QTimer


class Interpreter(QObject):
    """Lets the window's thread in soon, and collects garbage on it alone.

    Left to itself, the collector runs on the thread that made the last object. On the trainer's it would destroy
    widgets that were left in cycles, as pyqtgraph's menus are, on a thread that must not touch them; and a full
    collection holds Python's one lock for as long as it takes to look at every object of torch's.

    Parameters
    ----------
    parent
        The Qt owner.
    """

    INTERVAL_MS = 1000
    # Young objects are looked at every time, older ones every so many times.
    OLDER_EVERY, ALL_EVERY = 10, 60
    # Seconds until a thread that waits for the lock is given it; each paint asks for it several times.
    SWITCH_INTERVAL = 0.0005

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._rounds = 0
        self._usual_interval = sys.getswitchinterval()
        self._timer = QTimer(self, interval=self.INTERVAL_MS)
        self._timer.timeout.connect(self._collect)

    def start(self) -> None:
        """Take over."""
        gc.disable()
        sys.setswitchinterval(self.SWITCH_INTERVAL)
        self._timer.start()

    def settle(self) -> None:
        """Leave what there is now, modules above all, out of later collections, which then take no time.

        To be called when everything has been imported. What of it becomes garbage is freed after :meth:`stop`.
        """
        gc.freeze()

    def stop(self) -> None:
        """Leave the interpreter as it was."""
        self._timer.stop()
        sys.setswitchinterval(self._usual_interval)
        gc.unfreeze()
        gc.enable()

    def _collect(self) -> None:
        self._rounds += 1
        if self._rounds % self.ALL_EVERY == 0:
            gc.collect()
        else:
            gc.collect(1 if self._rounds % self.OLDER_EVERY == 0 else 0)
