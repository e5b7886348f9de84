"""Exporting in the window: of which recording, asking what and where to, and saying what has come of it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QFileDialog, QMainWindow

from pgviz.gui.actions import Actions
from pgviz.gui.export_dialog import ExportDialog
from pgviz.gui.export_process import ExportProcess
from pgviz.gui.export_wish import ExportWish
from pgviz.gui.pump import Pump
from pgviz.gui.run_model import RunModel
from pgviz.gui.settings import ThemeChoice
from pgviz.session.recorded import RecordingState

SHOWN_MS = 8000


class Exporting(QObject):
    """Exports recordings on behalf of the window.

    Parameters
    ----------
    window
        The owner.
    model
        What is known of the run.
    theme
        Says which theme the window wears.

    Attributes
    ----------
    dialog
        The small window, while it is open.
    """

    def __init__(self, window: QMainWindow, model: RunModel, theme: Callable[[], ThemeChoice]) -> None:
        super().__init__(window)
        self._window, self._model, self._theme = window, model, theme
        self._recorded: RecordingState | None = None
        self._wish: ExportWish | None = None
        self._folder: Path | None = None
        self._tell: Callable[[str], object] = lambda _: None
        self.dialog: ExportDialog | None = None
        self._process = ExportProcess(self)
        self._process.progressed.connect(self._show_progress)
        self._process.written.connect(self._written)
        self._process.failed.connect(self._failed)
        self._process.cancelled.connect(lambda: self._show_progress(None))

    def serve(self, actions: Actions, pump: Pump, tell: Callable[[str], object]) -> None:
        """Do what the action asks for.

        Parameters
        ----------
        actions, pump
            What asks, and what says which recordings there are.
        tell
            Shows a sentence that a person should not miss.
        """
        self._actions, self._tell = actions, tell
        actions.export_requested.connect(self.ask)
        pump.recording_told.connect(self._heed)
        pump.run_started.connect(lambda _: self._allow())
        self._allow()

    def end(self) -> None:
        """Stop what is being exported, because the window closes."""
        self._process.stop()
        self._close_dialog()

    @property
    def recording(self) -> tuple[Path, float] | None:
        """What can be exported and how many seconds it has: the recording shown, or the one made last."""
        shown = self._model.recording
        if shown is not None:
            return shown.info.path.absolute(), shown.info.seconds
        made = self._recorded
        return None if made is None else (Path(made.path).absolute(), made.seconds)

    def ask(self) -> None:
        """Open the small window, or show it again."""
        recording = self.recording
        if self.dialog is not None:
            self.dialog.raise_()
            self.dialog.activateWindow()
            return
        if recording is None:
            return
        path, seconds = recording
        self.dialog = dialog = ExportDialog(path, seconds, self._theme(), self._wish, self._window)
        dialog.export_requested.connect(lambda wish: self._export(path, wish))
        dialog.cancel_requested.connect(self._process.cancel)
        dialog.finished.connect(lambda _: self._closed())
        dialog.show()

    def _closed(self) -> None:
        self.dialog = None

    def _heed(self, state: RecordingState) -> None:
        self._recorded = state
        self._allow()

    def _allow(self) -> None:
        self._actions.allow_export(self.recording is not None)

    def _export(self, path: Path, wish: ExportWish) -> None:
        """Ask where to, and begin."""
        self._wish = wish
        target = self._ask_where(path, wish)
        if target is not None:
            self._folder = target.parent
            self._show_progress(0.0)
            self._process.start(wish.words(path, target))

    def _ask_where(self, path: Path, wish: ExportWish) -> Path | None:
        folder, suffix = self._folder or path.parent, wish.kind.suffix
        if not suffix:
            chosen = QFileDialog.getExistingDirectory(self.dialog, "Export into a folder", str(folder))
            return Path(chosen) if chosen else None
        suggested = str(folder / f"{path.stem}{suffix}")
        chosen, _ = QFileDialog.getSaveFileName(
            self.dialog, "Export into", suggested, f"{wish.kind.title} (*{suffix})"
        )
        if not chosen:
            return None
        target = Path(chosen)
        if target.suffix.lower() != suffix:
            target = target.with_name(target.name + suffix)
            if target.exists():  # the dialog has asked about the name it was shown, and not about this one
                self._tell(f"{target} exists already: choose it by its full name to replace it.")
                return None
        return target

    def _show_progress(self, done: float | None) -> None:
        if self.dialog is not None:
            self.dialog.show_progress(done)

    def _written(self, what: str) -> None:
        self._window.statusBar().showMessage(f"Exported {what}", SHOWN_MS)
        self._close_dialog()

    def _failed(self, why: str) -> None:
        self._tell(why)
        self._close_dialog()

    def _close_dialog(self) -> None:
        self._show_progress(None)
        if self.dialog is not None:
            self.dialog.close()
