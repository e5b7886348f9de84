"""The window: assembles its parts and connects them; decides nothing."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtGui import QCloseEvent, QDragEnterEvent, QDropEvent, QResizeEvent
from PySide6.QtWidgets import QLabel, QMainWindow, QWidget

from pgviz.config import RunConfig
from pgviz.gui import menus
from pgviz.gui.actions import Actions
from pgviz.gui.appearance import Appearance
from pgviz.gui.closer_look import CloserLook
from pgviz.gui.exporting import Exporting
from pgviz.gui.faults import Faults
from pgviz.gui.forks_dialog import ask_what_differs
from pgviz.gui.interpreter import Interpreter
from pgviz.gui.keeping import Keeping
from pgviz.gui.layout import Docks, Layout, dock
from pgviz.gui.open_policy import ask_for_policy
from pgviz.gui.panels.banner import Banner
from pgviz.gui.panels.breakpoints import BreakpointsPanel
from pgviz.gui.panels.controls import ControlsPanel
from pgviz.gui.panels.curves import EntropyPanel, LogStdPanel, ReturnPanel
from pgviz.gui.panels.doctor import DOCTOR, DoctorPanel, badged
from pgviz.gui.panels.environment import EnvironmentPanel
from pgviz.gui.panels.inspector import InspectorPanel
from pgviz.gui.panels.moment import MomentBar, under_bar
from pgviz.gui.panels.policy import PolicyPanel
from pgviz.gui.panels.progress import ProgressBar
from pgviz.gui.panels.setup import SetupPanel
from pgviz.gui.panels.timeline import TimelinePanel
from pgviz.gui.playback import Playback
from pgviz.gui.pump import Pump
from pgviz.gui.recording import Recording
from pgviz.gui.run_control import RunControl
from pgviz.gui.run_model import RunModel
from pgviz.gui.session_thread import HostFactory, SessionThread, session_host
from pgviz.gui.settings import Settings, ThemeChoice
from pgviz.gui.theme import Theme
from pgviz.hyperparameters import declaration
from pgviz.session.breakpoints import Breakpoint
from pgviz.session.commands import (
    ListEnvironments,
    LookBack,
    MoveCursor,
    PutBreakpoint,
    RemoveBreakpoint,
    SetHistoryLimit,
    SetParameter,
    SetSpeed,
    WatchEnvironment,
)
from pgviz.session.inbox import Inbox
from pgviz.session.mailbox import Mailbox
from pgviz.session.notices import BreakpointsListed, RunState, StateChanged
from pgviz.training.events import RunStarted


class MainWindow(QMainWindow):
    """One run, its plots and its knobs.

    Parameters
    ----------
    settings
        What is remembered.
    make_host
        Builds what the session's thread runs.
    theme
        Colours for this time; ``None`` for those that the settings name.

    Attributes
    ----------
    model
        What is known of the run.
    pump
        Carries events to the panels.
    session
        The thread that trains.
    """

    def __init__(
        self,
        settings: Settings,
        make_host: HostFactory = session_host,
        theme: ThemeChoice | None = None,
    ) -> None:
        super().__init__()
        self._settings = settings
        self._remembered: tuple[Breakpoint, ...] = ()
        self.model = RunModel()
        inbox, mailbox = Inbox(), Mailbox()
        self.session = SessionThread(inbox, mailbox, make_host, self)
        self.interpreter = Interpreter(self)
        self.control = RunControl(inbox, self.model, self)
        self.pump = Pump(inbox, mailbox, self.model, self._is_watched, self)
        self._make_panels()
        self.actions_ = Actions(self.control, self)
        actions = self.actions_
        self.moment = MomentBar(actions.follow, actions.resume, actions.go_on, actions.take_over)
        self._feed_panels()
        self._make_bars()
        self._make_docks()
        self._make_look(theme)
        self._connect_panels()
        self._connect_pump()
        self.layout_.restore(settings)
        self.message_bar.hide()
        self.setWindowTitle("pgviz")

    def begin(self, config: RunConfig, play: bool = False) -> None:
        """Start the session's thread and set up the first run; call it once the window has been painted."""
        self.setup.show_config(config)
        self._say_preparing()
        self._start()
        self.control.post(SetSpeed(self.controls.speed.speed))
        self.control.start(config, play)
        self.pump.start()

    def begin_recording(self, play: bool = False) -> None:
        """Start the session's thread, which was made to play a recording; call it once the window was painted."""
        self._say_preparing()
        self._start()
        if play:
            self.control.go_on()
        self.pump.start()

    def _start(self) -> None:
        """Start the session's thread, and say what holds for every run."""
        self.interpreter.start()
        self.session.start()
        self._hold_history(self._settings.history_megabytes)
        self._put_breakpoints(self._settings.breakpoints)
        self.keeping.begin()
        self.control.post(ListEnvironments())

    def _say_preparing(self) -> None:
        # The thread says so itself, but only once it has loaded the engine, which takes a moment.
        self.model.apply(StateChanged(0, RunState.PREPARING))
        self.progress.refresh(self.model)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Let the docks grow and shrink with the window."""
        super().resizeEvent(event)
        if self.isVisible() and event.oldSize().isValid():
            self.layout_.scale(event.oldSize(), event.size())

    def focusNextPrevChild(self, next: bool) -> bool:
        """Pass by what is behind another tab: the focus must not go where nobody sees it."""
        passed: list[QWidget] = []
        while super().focusNextPrevChild(next):
            reached = self.focusWidget()
            if reached is None or reached in passed or not self.layout_.tabs.hides(reached):
                return True
            passed.append(reached)
        return False

    def closeEvent(self, event: QCloseEvent) -> None:
        """Remember the arrangement and wait for the session to close its environments."""
        self.pump.stop()
        self.layout_.save(self._settings)
        self._settings.speed = self.playback.speed_of_runs()
        self._settings.save()
        self.hide()
        self.exporting.end()
        self.session.stop()
        self.keeping.end()
        self.interpreter.stop()
        event.accept()

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        """Take a recording that is dragged over the window."""
        if self.playback.dropped(event.mimeData()) is not None:
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        """Play a recording that was dropped."""
        path = self.playback.dropped(event.mimeData())
        if path is not None:
            event.acceptProposedAction()
            self.playback.open(path)

    def apply_theme(self, theme: Theme) -> None:
        """Draw the icons of the actions in a theme's colours."""
        self.actions_.recolour(theme)

    def _make_panels(self) -> None:
        self.environment = EnvironmentPanel()
        self.policy, self.log_std = PolicyPanel(), LogStdPanel()
        self.entropy, self.returns = EntropyPanel(), ReturnPanel()
        self.controls, self.setup = ControlsPanel(), SetupPanel()
        self.controls.speed.set_speed(self._settings.speed)
        self.progress, self.banner = ProgressBar(), Banner()
        self.timeline, self.inspector, self.breakpoints = TimelinePanel(), InspectorPanel(), BreakpointsPanel()
        self.closer, self.doctor = CloserLook(), DoctorPanel()

    def _feed_panels(self) -> None:
        plots = (self.environment, self.policy, self.log_std, self.entropy, self.returns, self.timeline)
        curves = (*plots, self.closer.probes, self.closer.forks)
        closer = (self.closer.microscope, self.closer.what_if)
        texts = (self.controls, self.progress, self.moment, self.inspector, self.breakpoints, *closer, self.doctor)
        self.pump.feed(curves, texts, self.environment)

    def _make_bars(self) -> None:
        self.run_title = QLabel()
        self.tool_bar = menus.add_transport(self, self.actions_, self.run_title)
        self.message_bar = menus.add_banner_bar(self, self.banner)
        self.faults = Faults(self.banner, self.message_bar, self)
        self.keeping = Keeping(self, self.model, self._settings.state_folder, self.control.post)
        self.recording = Recording(self, self.model, self.control.post)
        self.playback = Playback(self, self.model, self.control, self.controls.speed, self.environment.copies)
        self.exporting = Exporting(self, self.model, lambda: self.appearance.worn)
        self.setAcceptDrops(True)
        self.setStatusBar(self.progress)
        self.actions_.repeat.changed.connect(self.progress.show_count)

    def _make_docks(self) -> None:
        self.setCentralWidget(under_bar(self.moment, self.environment))
        self.docks = Docks(
            policy=dock("Policy π(a|s)", "policy", self.policy, self),
            log_std=dock("log_std", "log_std", self.log_std, self),
            entropy=dock("Entropy", "entropy", self.entropy, self),
            returns=dock("Return", "return", self.returns, self),
            timeline=dock("Timeline", "timeline", self.timeline, self, titled=False),
            controls=dock("Controls", "controls", self.controls, self, titled=False),
            setup=dock("Set-up", "setup", self.setup, self, titled=False),
            inspector=dock("Inspector", "inspector", self.inspector, self, titled=False),
            breakpoints=dock("Breakpoints", "breakpoints", self.breakpoints, self, titled=False),
            microscope=dock("Microscope", "microscope", self.closer.microscope_place, self, titled=False),
            what_if=dock("What if", "what_if", self.closer.what_if_place, self, titled=False),
            forks=dock("Forks", "forks", self.closer.forks, self, titled=False),
            probes=dock("Probes", "probes", self.closer.probes, self, titled=False),
            doctor=dock(DOCTOR, "doctor", self.doctor, self, titled=False),
        )
        self.layout_ = Layout(self, self.docks)

    def _make_look(self, theme: ThemeChoice | None) -> None:
        panels = (self.environment, self.policy, self.log_std, self.entropy, self.returns, self.timeline)
        wearers = (
            *panels,
            *self.closer.panels,
            *self.closer.places,
            self.doctor,
            self.layout_,
            self.banner,
            self.moment,
            self.breakpoints,
            self,
        )
        self.appearance = Appearance(self._settings, wearers, self, theme)
        menus.make_main(self.tool_bar, self.actions_.play)
        debug = menus.add_menus(self, self.actions_, self.docks.all, self.appearance, self.layout_)
        menus.add_history_sizes(debug, self._settings.history_megabytes, self._hold_history)

    def _connect_panels(self) -> None:
        post = self.control.post
        self.environment.watch_requested.connect(lambda index: post(WatchEnvironment(index)))
        self.controls.change_requested.connect(lambda name, value: post(SetParameter(name, value)))
        self.controls.speed.speed_requested.connect(lambda speed: post(SetSpeed(speed)))
        self.timeline.look_requested.connect(lambda step: post(LookBack(step)))
        self.timeline.move_requested.connect(lambda count: post(MoveCursor(count)))
        self.timeline.follow_requested.connect(self.control.follow)
        self.breakpoints.put_requested.connect(lambda breakpoint: post(PutBreakpoint(breakpoint)))
        self.breakpoints.remove_requested.connect(lambda id: post(RemoveBreakpoint(id)))
        self.closer.connect(self.pump, post)
        fork = self.actions_.fork
        fork.changed.connect(lambda: self.closer.forks.allow(fork.isEnabled()))
        self.closer.forks.fork_requested.connect(fork.trigger)
        self.actions_.fork_requested.connect(lambda: ask_what_differs(self.model, post, self))
        self.doctor.look_requested.connect(lambda step: post(LookBack(step)))
        self.doctor.count_changed.connect(lambda count: self.docks.doctor.setWindowTitle(badged(DOCTOR, count)))
        self.setup.start_requested.connect(self.control.start)
        self.banner.restart_requested.connect(self.control.restart)

    def _connect_pump(self) -> None:
        self.pump.run_started.connect(self._on_run_started)
        self.pump.run_started.connect(lambda _: self.interpreter.settle(), Qt.ConnectionType.SingleShotConnection)
        self.pump.state_changed.connect(lambda _: self._on_state_changed())
        self.pump.run_failed.connect(self.faults.run_failed)
        self.pump.command_rejected.connect(self.faults.command_rejected)
        self.pump.command_rejected.connect(self.controls.cancel_requests)
        self.pump.command_rejected.connect(lambda _: self.timeline.answered())
        self.pump.environments_listed.connect(self.setup.set_environments)
        self.pump.looking_back.connect(lambda _: self._update_actions())
        self.pump.breakpoints_listed.connect(self._on_breakpoints_listed)
        self.pump.run_failed.connect(lambda _: self._doubt_breakpoints())
        self.pump.rewound.connect(self.controls.rewind)
        self.pump.rewound.connect(lambda _: self.faults.clear())
        self.pump.run_waits.connect(self.controls.show_waiting)
        self.keeping.serve(self.actions_, self.pump)
        self.actions_.policy_requested.connect(self._ask_for_policy)
        self.recording.serve(self.actions_, self.pump, self.progress, self.faults.note)
        self.pump.taken_over.connect(lambda _: self._on_taken_over())
        self.playback.serve(self.actions_, self.pump, self.tool_bar, self.faults.note)
        self.exporting.serve(self.actions_, self.pump, self.faults.note, self.control.ask_first)

    def _on_run_started(self, started: RunStarted) -> None:
        config = started.config
        self.faults.clear()
        if self.model.recording is None:  # what a file names must not be set up unasked the next time
            self._settings.config = config
        self.setup.show_run(config)
        title = declaration(config.algorithm).title
        self.run_title.setText(f"{config.environment}  ·  {title}  ·  seed {config.seed}")
        self.setWindowTitle(f"{config.environment} · {title} — pgviz")

    def _on_taken_over(self) -> None:
        if self.model.started is not None:
            self._on_run_started(self.model.started)
        self._on_state_changed()

    def _on_state_changed(self) -> None:
        self._update_actions()
        self.progress.refresh(self.model)
        self.controls.refresh(self.model)

    def _hold_history(self, megabytes: int) -> None:
        self._settings.history_megabytes = megabytes
        self.control.post(SetHistoryLimit(megabytes * 2**20))

    def _put_breakpoints(self, breakpoints: Sequence[Breakpoint]) -> None:
        for breakpoint in breakpoints:
            self.control.post(PutBreakpoint(breakpoint))

    def _doubt_breakpoints(self) -> None:
        # A session that crashed is followed by one that knows of no breakpoints; it begins with the next run.
        once = Qt.ConnectionType.SingleShotConnection
        self.pump.run_started.connect(lambda _: self._put_breakpoints(self.model.debug.breakpoints), once)

    def _on_breakpoints_listed(self, listed: BreakpointsListed) -> None:
        if listed.breakpoints != self._remembered:
            self._remembered = self._settings.breakpoints = listed.breakpoints

    def _ask_for_policy(self) -> None:
        if self.model.config is not None:
            ask_for_policy(self, self.model.config.environment, self.control.post)

    def _update_actions(self) -> None:
        model = self.model
        self.actions_.update_state(model.state, model.debug.looks_back, model.recording is not None)

    def _is_watched(self) -> bool:
        handle = self.windowHandle()
        return self.isVisible() and not self.isMinimized() and handle is not None and handle.isExposed()
