"""The offer: one question across the top of the window, with an answer for yes and one for no."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QMainWindow, QToolBar, QWidget

from pgviz.gui.theme import set_role
from pgviz.gui.widgets.parts import push_button


class OfferBar(QToolBar):
    """A bar that is there only while there is something to offer.

    Parameters
    ----------
    window
        Where it appears, under the other bars.

    Attributes
    ----------
    accepted, declined
        One of the two buttons was pressed; the bar has gone.
    """

    accepted = Signal()
    declined = Signal()

    def __init__(self, window: QMainWindow) -> None:
        super().__init__("Offer", window)
        self.setObjectName("offer")
        self.setMovable(False)
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.PreventContextMenu)
        self.toggleViewAction().setVisible(False)
        self.sentence = QLabel(wordWrap=True)
        self.yes, self.no = push_button(""), push_button("")
        for button, answer in ((self.yes, self.accepted), (self.no, self.declined)):
            button.clicked.connect(self.hide)
            button.clicked.connect(answer)
        set_role(self.yes, "primary")
        content = QWidget()
        row = QHBoxLayout(content)
        row.setContentsMargins(12, 4, 8, 4)
        row.setSpacing(8)
        row.addWidget(self.sentence, 1)
        row.addWidget(self.yes)
        row.addWidget(self.no)
        self.addWidget(content)
        window.addToolBarBreak()
        window.addToolBar(self)
        self.hide()

    def ask(self, sentence: str, yes: str, no: str) -> None:
        """Show a question and its two answers."""
        self.sentence.setText(sentence)
        self.yes.setText(yes)
        self.no.setText(no)
        self.show()
