"""The panels that look closely at the learning: microscope, what if, forks, and probes; and their connections."""

from __future__ import annotations

from collections.abc import Callable

from pgviz.gui.panels.forks import ForksPanel
from pgviz.gui.panels.microscope import MicroscopePanel
from pgviz.gui.panels.probes import ProbesPanel
from pgviz.gui.panels.what_if import WhatIfPanel
from pgviz.gui.pump import Pump
from pgviz.session.commands import Command
from pgviz.session.notices import RunRewound


class CloserLook:
    """Makes the panels.

    Attributes
    ----------
    microscope, what_if, forks, probes
        The panels.
    """

    def __init__(self) -> None:
        self.microscope, self.what_if = MicroscopePanel(), WhatIfPanel()
        self.forks, self.probes = ForksPanel(), ProbesPanel()

    @property
    def panels(self) -> tuple[MicroscopePanel, WhatIfPanel, ForksPanel, ProbesPanel]:
        """All of them, in the order of their tabs."""
        return self.microscope, self.what_if, self.forks, self.probes

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

    def _rejected(self) -> None:
        self.microscope.rejected()
        self.what_if.rejected()

    def _rewound(self, event: RunRewound) -> None:
        self.what_if.forget()
        self.probes.forget_after(event.update)
