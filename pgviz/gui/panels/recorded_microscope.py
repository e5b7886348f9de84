"""The gradient microscope on a minibatch at which a recorded run waited."""

from __future__ import annotations

from dataclasses import replace

from PySide6.QtWidgets import QWidget

from pgviz.gui.panels.microscope import MicroscopePanel, facts_of, name_of
from pgviz.session.notices import RecordedWait, RunState
from pgviz.training.interventions import Judgement, JudgeMinibatch

NOT_OPEN = (
    "No minibatch was open at this moment of the recording. "
    "F11 (Minibatch) goes on to the next one at which the run was stopped."
)
NOT_EXAMINED = "Nobody put this minibatch under the microscope when it was recorded."
NOT_PICKED = "How this sample would move π was not looked at when it was recorded."
DONE: dict[Judgement, str] = {
    "skip": "its step was skipped",
    "flip": "its step was taken with the sign reversed",
    "drop": "its step was taken without some samples",
}


class RecordedMicroscope(MicroscopePanel):
    """Shows what was seen of the minibatch, sample by sample; nothing can be done to it."""

    def __init__(self, parent: QWidget | None = None) -> None:
        self._wait: RecordedWait | None = None
        super().__init__(parent)

    def show_recorded(self, wait: RecordedWait | None) -> None:
        """Show how the run waited at the moment that is looked at; ``None`` where it went on."""
        self._wait = wait
        self._open = wait.waits.minibatch if wait is not None else None
        examination = wait.examination if wait is not None and self._open is not None else None
        self._shown = self._open if examination is not None else None
        if examination is not None:
            self._show_samples(examination)
        if wait is not None and examination is not None and wait.moves:
            self.table.choose(wait.moves[-1].sample)
            self.table.scrollTo(self.table.currentIndex())
        self._say()

    def set_state(self, state: RunState) -> None:
        """Whether the recording plays says nothing of the run."""

    def _ask(self, sample: int | None) -> None:
        """Show what was seen of a sample, where somebody looked at it."""
        wait = self._wait
        if wait is None or wait.examination is None or sample is None:
            return
        found = [moves for moves in wait.moves if moves.sample == sample]
        if found:
            self.moves.show_moves(replace(wait.examination, moves=found[-1]))
        else:
            self.moves.clear(NOT_PICKED)

    def _say(self) -> None:
        super()._say()
        self.bar.hide()
        opened, wait = self._open, self._wait
        if opened is None or wait is None:
            self.how_to.setText(NOT_OPEN)
            return
        done = [DONE[each.judgement] for each in wait.done if isinstance(each, JudgeMinibatch)]
        what = done[-1] if done else "its step had not been taken"
        self.state.setText(f"{name_of(opened)} was open here: {what}.")
        self.facts.setText(facts_of(opened))
        self.how_to.setText(NOT_EXAMINED)
