"""Which theme is worn, and who has to know when it changes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal, Protocol

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QApplication

from pgviz.gui import theme
from pgviz.gui.settings import Settings, ThemeChoice
from pgviz.gui.theme import Theme


class Themed(Protocol):
    """What draws in a theme's colours by itself."""

    def apply_theme(self, theme: Theme) -> None:
        """Take on a theme's colours."""


class Appearance(QObject):
    """Keeps the application in the theme that a person or the desktop asks for.

    Parameters
    ----------
    settings
        Where the choice is remembered.
    wearers
        Told of each change.
    parent
        The Qt owner.
    choice
        What to wear this time; ``None`` for what is remembered.

    Attributes
    ----------
    choice
        What was asked for.
    """

    def __init__(
        self, settings: Settings, wearers: Sequence[Themed], parent: QObject, choice: ThemeChoice | None = None
    ) -> None:
        super().__init__(parent)
        self._settings, self._wearers = settings, wearers
        self.choice: ThemeChoice = choice or settings.theme
        application().styleHints().colorSchemeChanged.connect(self.follow_system)
        self.wear()

    @property
    def worn(self) -> Literal["light", "dark"]:
        """The theme that is worn now."""
        return "dark" if theme.resolve(self.choice).is_dark else "light"

    def choose(self, choice: ThemeChoice) -> None:
        """Wear another theme from now on."""
        self._settings.theme = self.choice = choice
        self.wear()

    def follow_system(self) -> None:
        """Change with the desktop, where that was chosen."""
        if self.choice == "system":
            self.wear()

    def wear(self) -> None:
        """Put the chosen theme on."""
        chosen = theme.resolve(self.choice)
        theme.apply(application(), chosen)
        for wearer in self._wearers:
            wearer.apply_theme(chosen)


def application() -> QApplication:
    """The running application."""
    app = QApplication.instance()
    if not isinstance(app, QApplication):
        raise TypeError("the window needs a QApplication first")
    return app
