"""``pgviz export`` in a process of its own, so that the window stays alive and another's fault is not its end."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

from PySide6.QtCore import QObject, QProcess, QProcessEnvironment, Signal

import pgviz

MARK = "progress "  # as pgviz.cli.export_progress writes it
# Where an environment's own module is looked for, last of all (pgviz.cli.entry): where the window looks for it.
MODULES_IN = "PGVIZ_MODULES_IN"
# How long a process that was told to stop may take to clear up after itself.
GRACE_MS = 5000


class ExportProcess(QObject):
    """Runs one export at a time.

    Signals
    -------
    progressed
        How far it is, from 0 to 1.
    written
        It is done; what it said of it.
    failed
        Why it came to nothing, one sentence.
    cancelled
        It was stopped, and has left nothing.
    """

    progressed = Signal(float)
    written = Signal(str)
    failed = Signal(str)
    cancelled = Signal()

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self._process = QProcess(self)
        self._process.setProcessEnvironment(_environment())
        # Modules are looked for where the process begins: in pgviz's own folder, whatever lies about in another.
        self._process.setWorkingDirectory(str(Path(pgviz.__file__).resolve().parent.parent))
        self._process.readyReadStandardOutput.connect(self._read)
        self._process.finished.connect(self._finished)
        self._process.errorOccurred.connect(self._on_error)
        self._cancelled = False
        self._said = ""

    @property
    def runs(self) -> bool:
        """Whether something is being exported."""
        return self._process.state() is not QProcess.ProcessState.NotRunning

    def start(self, words: Sequence[str]) -> None:
        """Export as the words say, those after ``pgviz``."""
        self._cancelled, self._said = False, ""
        self._process.start(sys.executable, ["-m", "pgviz", *words])

    def cancel(self) -> None:
        """Have it stop and clear up, which is told when it has."""
        if self.runs:
            self._cancelled = True
            self._process.closeWriteChannel()

    def stop(self) -> None:
        """Cancel, and wait until it has ended; nothing more is told."""
        if not self.runs:
            return
        self.blockSignals(True)
        self.cancel()
        if not self._process.waitForFinished(GRACE_MS):
            self._process.kill()
            self._process.waitForFinished()

    def _read(self) -> None:
        while self._process.canReadLine():
            line = bytes(self._process.readLine().data()).decode(errors="replace").strip()
            if line.startswith(MARK):
                self.progressed.emit(float(line.removeprefix(MARK)))
            elif line:
                self._said = line

    def _finished(self, code: int, status: QProcess.ExitStatus) -> None:
        self._read()
        if self._cancelled:
            self.cancelled.emit()
        elif code == 0 and status is QProcess.ExitStatus.NormalExit:
            self.written.emit(self._said)
        else:
            told = bytes(self._process.readAllStandardError().data()).decode(errors="replace").split("pgviz: ")
            why = " ".join(told[-1].split()) if len(told) > 1 else f"it ended unexpectedly (status {code})."
            self.failed.emit(f"The export has failed: {why}")

    def _on_error(self, error: QProcess.ProcessError) -> None:
        if error is QProcess.ProcessError.FailedToStart:  # the others are followed by the end
            self.failed.emit(f"The export cannot be started: {self._process.errorString()}.")


def _environment() -> QProcessEnvironment:
    environment = QProcessEnvironment.systemEnvironment()
    environment.insert("PYTHONUTF8", "1")
    with suppress(FileNotFoundError):
        environment.insert(MODULES_IN, os.getcwd())
    return environment
