"""Keeping the run: saved by hand, saved unasked, and offered again after a crash."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QFileDialog, QMainWindow

from pgviz.gui.actions import Actions
from pgviz.gui.import_question import ask_to_import
from pgviz.gui.panels.offer import OfferBar
from pgviz.gui.pump import Pump
from pgviz.gui.run_model import RunModel
from pgviz.gui.safe_place import Abandoned, SafePlace, saved_config
from pgviz.session.agreement import module_of
from pgviz.session.commands import Command, KeepSafe, OpenRun, SaveRun
from pgviz.session.notices import RunSaved

SECONDS_BETWEEN = 60.0
SHOWN_MS = 8000


class Keeping(QObject):
    """Saves and opens runs on behalf of the window.

    Parameters
    ----------
    window
        The owner.
    model
        What is known of the run.
    state
        The folder for what is kept from one start to the next.
    post
        Sends a command to the session.

    Attributes
    ----------
    offer
        Asks whether to go on with a run whose window went without closing.
    """

    def __init__(self, window: QMainWindow, model: RunModel, state: Path, post: Callable[[Command], None]) -> None:
        super().__init__(window)
        self._window, self._model, self._post = window, model, post
        self._runs = state / "runs"
        self._place = SafePlace(state / "autosave")
        self._keep = False
        self._found: Abandoned | None = None
        self.offer = OfferBar(window)
        self.offer.accepted.connect(self._go_on)
        self.offer.declined.connect(self._forget)

    def serve(self, actions: Actions, pump: Pump) -> None:
        """Do what the actions ask for, and say when it is done."""
        actions.save_requested.connect(self.save)
        actions.open_requested.connect(self.ask_what_to_open)
        pump.run_saved.connect(self._say_saved)

    def begin(self) -> None:
        """Keep the window's runs safe from now on, and offer one that was left behind."""
        self._found = self._place.abandoned()
        if self._place.enter():
            self._post(KeepSafe(self._place.folder, SECONDS_BETWEEN))
        if self._found is not None:
            title = f" ({self._found.title})" if self._found.title else ""
            step = f" at step {self._found.step:,}" if self._found.step else ""
            self.offer.ask(
                f"pgviz ended without closing, and its run{title} was kept{step}.", "Go on with it", "Forget it"
            )

    def save_and_keep(self) -> None:
        """Save the run where it is kept safe, to be offered at the next start: the process is told to leave."""
        if self._model.step and not self._keep and self._model.recording is None:
            self._keep = True
            self._post(SaveRun(self._place.folder))

    def end(self) -> None:
        """The window is closed and the session has left: nothing is kept, unless the process was told to leave."""
        self._place.leave(keep=self._keep)

    def save(self) -> None:
        """Save the run where it is now, in a folder of its own."""
        config = self._model.config
        if config is not None:
            name = f"{config.environment} {config.algorithm} seed {config.seed}"
            safe = "".join(letter if letter.isalnum() or letter in "-_. " else "-" for letter in name)
            self._post(SaveRun(self._runs / safe))

    def ask_what_to_open(self) -> None:
        """Ask for a folder, and go on with the run that was saved there."""
        start = self._runs if self._runs.is_dir() else Path.home()
        chosen = QFileDialog.getExistingDirectory(self._window, "Go on with a saved run", str(start))
        if chosen:
            self.open(Path(chosen))

    def open(self, folder: Path) -> None:
        """Go on with the run that was saved in a folder; one of its checkpoints will do as well."""
        if (folder / "manifest.json").is_file():
            folder = folder.parent
        config = saved_config(folder)
        module = module_of(config.environment) if config is not None else ""
        if config is not None and module:
            opened = OpenRun(folder, module)
            ask_to_import(self._window, config.environment, "The saved run", lambda: self._post(opened))
        else:
            self._post(OpenRun(folder))

    def _go_on(self) -> None:
        if self._found is not None:
            self._place.adopt(self._found.folder)
            self.open(self._found.folder)
            self._found = None

    def _forget(self) -> None:
        if self._found is not None:
            self._place.forget(self._found.folder)
            self._found = None

    def _say_saved(self, saved: RunSaved) -> None:
        if not saved.unasked and saved.folder != str(self._place.folder):
            self._window.statusBar().showMessage(f"Saved at step {saved.step:,} in {saved.folder}", SHOWN_MS)
