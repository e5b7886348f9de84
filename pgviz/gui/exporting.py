"""Exporting in the window: of which recording, asking what and where to, and saying what has come of it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QFileDialog, QMainWindow

from pgviz.config import RunConfig
from pgviz.gui.actions import Actions
from pgviz.gui.export_dialog import ExportDialog
from pgviz.gui.export_process import ExportProcess
from pgviz.gui.export_wish import ExportWish, Kind
from pgviz.gui.pump import Pump
from pgviz.gui.run_model import RunModel
from pgviz.gui.settings import ThemeChoice
from pgviz.session.agreement import module_of
from pgviz.session.recorded import RecordingState

SHOWN_MS = 8000

AskFirst = Callable[[RunConfig, Callable[[], None]], None]


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
        self._config: RunConfig | None = None  # of the run that was recorded last
        self._wish: ExportWish | None = None
        self._folder: Path | None = None
        self._tell: Callable[[str], object] = lambda _: None
        self._ask_first: AskFirst = lambda _, then: then()
        self.dialog: ExportDialog | None = None
        self._process = ExportProcess(self)
        self._process.progressed.connect(self._show_progress)
        self._process.written.connect(self._written)
        self._process.failed.connect(self._failed)
        self._process.cancelled.connect(lambda: self._show_progress(None))

    def serve(self, actions: Actions, pump: Pump, tell: Callable[[str], object], ask_first: AskFirst) -> None:
        """Do what the action asks for.

        Parameters
        ----------
        actions, pump
            What asks, and what says which recordings there are.
        tell
            Shows a sentence that a person should not miss.
        ask_first
            Goes on with a run, once a person has agreed to what that imports.
        """
        self._actions, self._tell, self._ask_first = actions, tell, ask_first
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
        config = self._model.config if self._model.recording is not None else self._config
        self.dialog = dialog = ExportDialog(path, seconds, self._theme(), self._wish, self._window)
        dialog.export_requested.connect(lambda wish: self._wished(path, config, wish))
        dialog.cancel_requested.connect(self._process.cancel)
        dialog.finished.connect(lambda _: self._closed())
        dialog.show()

    def _closed(self) -> None:
        self.dialog = None

    def _heed(self, state: RecordingState) -> None:
        self._recorded, self._config = state, self._model.config
        self._allow()

    def _allow(self) -> None:
        self._actions.allow_export(self.recording is not None)

    def _wished(self, path: Path, config: RunConfig | None, wish: ExportWish) -> None:
        """Ask where to, and begin; before, to what may be imported where the run is lived again."""
        self._wish = wish
        if config is None or not wish.kind.lives:
            self._export(path, wish, "")
        else:
            self._ask_first(config, lambda: self._export(path, wish, module_of(config.environment)))

    def _export(self, path: Path, wish: ExportWish, allowed: str) -> None:
        target = self._ask_where(path, wish.kind)
        if target is not None:
            self._folder = target.parent
            self._show_progress(0.0)
            self._process.start(wish.words(path, target, allowed))

    def _ask_where(self, path: Path, kind: Kind) -> Path | None:
        folder = self._folder or path.parent
        if not kind.suffix:
            chosen = QFileDialog.getExistingDirectory(self.dialog, "Export into a folder", str(folder))
            return Path(chosen) if chosen else None
        suggested, kinds = str(folder / kind.name_for(path.stem)), f"{kind.title} (*{kind.suffix})"
        chosen, _ = QFileDialog.getSaveFileName(self.dialog, "Export into", suggested, kinds)
        if not chosen:
            return None
        target = kind.completed(Path(chosen))
        if target != Path(chosen) and target.exists():
            # The dialog has asked about the name it was shown, and not about this one.
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
