"""The panels that look closely at the learning: microscope, what if, forks, and probes; and their connections."""

from __future__ import annotations

from collections.abc import Callable

from pgviz.gui.panels.forks import ForksPanel
from pgviz.gui.panels.microscope import MicroscopePanel
from pgviz.gui.panels.probes import ProbesPanel
from pgviz.gui.panels.recorded_microscope import RecordedMicroscope
from pgviz.gui.panels.recorded_what_if import RecordedWhatIf
from pgviz.gui.panels.what_if import WhatIfPanel
from pgviz.gui.pump import Pump
from pgviz.gui.replayed import Replayed
from pgviz.session.commands import Command
from pgviz.session.notices import RunRewound, WaitShown
from pgviz.training.events import RunStarted


class CloserLook:
    """Makes the panels.

    Attributes
    ----------
    microscope, what_if, forks, probes
        The panels.
    microscope_place, what_if_place
        Where the first two are, with those that take their place while a recording is shown.
    """

    def __init__(self) -> None:
        self.microscope, self.what_if = MicroscopePanel(), WhatIfPanel()
        self.forks, self.probes = ForksPanel(), ProbesPanel()
        self.microscope_place = Replayed(self.microscope, RecordedMicroscope)
        self.what_if_place = Replayed(self.what_if, RecordedWhatIf)
        self._recorded = False

    @property
    def panels(self) -> tuple[MicroscopePanel, WhatIfPanel, ForksPanel, ProbesPanel]:
        """All of them, in the order of their tabs."""
        return self.microscope, self.what_if, self.forks, self.probes

    @property
    def places(self) -> tuple[Replayed, Replayed]:
        """Those that give way while a recording is shown."""
        return self.microscope_place, self.what_if_place

    def connect(self, pump: Pump, post: Callable[[Command], None]) -> None:
        """Give the panels the notices they wait for, and send what they ask.

        Parameters
        ----------
        pump
            Where the notices come from.
        post
            Sends a command to the session.
        """
        for panel in self.panels:
            panel.asked.connect(post)
        pump.run_waits.connect(self.microscope.show_waiting)
        pump.run_waits.connect(self.what_if.show_waiting)
        pump.minibatch_examined.connect(self.microscope.show_examined)
        pump.values_estimated.connect(self.what_if.show_values)
        pump.probes_shown.connect(self.probes.show_probes)
        pump.state_changed.connect(lambda changed: self.microscope.set_state(changed.state))
        pump.state_changed.connect(lambda changed: self.what_if.set_state(changed.state))
        pump.command_rejected.connect(lambda _: self._rejected())
        pump.rewound.connect(self._rewound)
        pump.recording_opened.connect(lambda _: self._expect_recording())
        pump.run_started.connect(self._begin)
        pump.taken_over.connect(lambda _: self._go_live())
        pump.wait_shown.connect(self._show_wait)

    def _expect_recording(self) -> None:
        """The run that is said next is a recording's."""
        self._recorded = True
        self.probes.expect_recording()

    def _begin(self, started: RunStarted) -> None:
        recorded, self._recorded = self._recorded, False
        for place in self.places:
            if recorded:
                place.begin_recording(started)
            else:
                place.go_live()

    def _go_live(self) -> None:
        for place in self.places:
            place.go_live()
        self.probes.go_live()

    def _show_wait(self, shown: WaitShown) -> None:
        for place in self.places:
            place.show_recorded(shown.wait)

    def _rejected(self) -> None:
        self.microscope.rejected()
        self.what_if.rejected()

    def _rewound(self, event: RunRewound) -> None:
        self.what_if.forget()
        self.probes.forget_after(event.update)
