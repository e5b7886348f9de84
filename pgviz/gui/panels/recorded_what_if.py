"""What actions were thought to be worth where a recorded run waited."""

from __future__ import annotations

from PySide6.QtWidgets import QWidget

from pgviz.gui.moving import Part
from pgviz.gui.panels.what_if import WhatIfPanel
from pgviz.gui.what_if import Trial, tried_in
from pgviz.session.notices import RecordedWait, RunState, RunWaits
from pgviz.training.examination import ActionValues

NOT_WAITING = "The run did not wait at this moment, so that nobody could ask what if."
NOT_ASKED = "Nobody asked here what the actions are worth."


class RecordedWhatIf(WhatIfPanel):
    """π(·|s) of the state that the run waited in, with what was estimated there; nothing can be done to it."""

    def __init__(self, parent: QWidget | None = None) -> None:
        self._wait: RecordedWait | None = None
        super().__init__(parent)
        self.view.forbid_picking()
        self.how_to.setText(NOT_WAITING)
        for row in self.rows:
            for index in range(row.count()):
                item = row.itemAt(index)
                each = None if item is None else item.widget()
                if each is not None and each is not self.part:
                    each.hide()

    def show_recorded(self, wait: RecordedWait | None) -> None:
        """Show how the run waited at the moment that is looked at; ``None`` where it went on."""
        self._wait, self._waiting, self._drawn = wait, None, None
        if wait is not None:
            self._choose_part(wait)
            self.show_waiting(wait.waits)
        self._say()

    def set_state(self, state: RunState) -> None:
        """Whether the recording plays says nothing of the run."""

    def _choose_part(self, wait: RecordedWait) -> None:
        """Show the part of the action that was asked about last."""
        if not wait.values:
            return
        tried = [tried_in(wait.waits.decision, part, wait.values[-1].samples) for part in self._parts]
        asked = [index for index, trials in enumerate(tried) if trials is not None]
        if asked:
            self.part.setCurrentIndex(asked[0])

    def _draw_part(self, waiting: RunWaits, part: Part) -> None:
        super()._draw_part(waiting, part)
        found = self._estimated(waiting, part)
        if found is None:
            self._note(NOT_ASKED)
        else:
            self._draw_worth(*found, waiting.value)

    def _estimated(self, waiting: RunWaits, part: Part) -> tuple[list[Trial], ActionValues] | None:
        """What was tried of a part last, and what was found."""
        for values in reversed(self._wait.values if self._wait is not None else ()):
            tried = tried_in(waiting.decision, part, values.samples)
            if tried is not None:
                return tried, values
        return None

    def _say(self) -> None:
        super()._say()
        self.take_back.hide()
