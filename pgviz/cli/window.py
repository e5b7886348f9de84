"""``pgviz`` and ``pgviz run``: the window, or, where there is no display, the same run without it."""

from __future__ import annotations

import shlex
import tempfile
from argparse import Namespace
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from pgviz.cli.log_option import logged
from pgviz.cli.output import console_on, say
from pgviz.cli.recording import RecordingWish, read_record
from pgviz.cli.run_options import run_config
from pgviz.config import RunConfig
from pgviz.display import has_display
from pgviz.errors import UsageError

if TYPE_CHECKING:
    from pgviz.export.tensorboard import TensorBoardLog
    from pgviz.session.commands import StartRecording

WINDOW_PACKAGES = ("PySide6", "pyqtgraph", "superqt", "qtawesome")
PICTURE_SECONDS = 6.0
PICTURE_SIZE = (1280, 800)

Theme = Literal["light", "dark"]


def open_run(arguments: Namespace) -> int:
    """Open the window on the run that the options describe."""
    config = run_config(arguments)
    wish = read_record(arguments)
    require_window()
    with logged(arguments.tensorboard) as log:
        if not has_display():
            return run_without_display(config, arguments.theme or "light", wish, log)
        from pgviz.gui.app import run
        from pgviz.gui.settings import Settings

        if arguments.theme:
            Settings.of_user().theme = arguments.theme
        return run(config, play=arguments.play, record=_command(wish), listener=None if log is None else log.apply)


def open_last(_arguments: Namespace) -> int:
    """Open the window on the last run, or on CartPole the first time."""
    require_window()
    if not has_display():
        return run_without_display(_last_config())
    from pgviz.gui.app import run

    return run(None)


def replay(arguments: Namespace) -> int:
    """Open the window on a recording, once it is known that it can be read.

    Raises
    ------
    RecordingError
        Where it cannot.
    UsageError
        Where there is no display for a window.
    """
    from pgviz.session.tape import Tape

    path = Path(arguments.file)
    Tape.open(path).close()
    require_window()
    if not has_display():
        raise UsageError(
            "there is no display for a window to play the recording in;"
            f" `pgviz export {shlex.quote(arguments.file)} --to demo.mp4` makes a film of it without one."
        )
    from pgviz.gui import app

    return app.replay(path, play=arguments.play, theme=arguments.theme)


def _command(wish: RecordingWish | None) -> StartRecording | None:
    """What to tell the session where the run is to be recorded."""
    if wish is None:
        return None
    from pgviz.session.commands import StartRecording

    return StartRecording(
        wish.path,
        steps_per_second=wish.rate,
        frame_size=wish.size,
        seconds_between_snapshots=wish.spacing,
    )


def run_without_display(
    config: RunConfig,
    theme: Theme = "light",
    wish: RecordingWish | None = None,
    log: TensorBoardLog | None = None,
) -> int:
    """Train in the terminal, then draw the window offscreen and say where the picture is."""
    from pgviz.cli.train import train_shown

    console = console_on()
    say(
        console,
        "There is no display for a window: training in the terminal, and then drawing the window to a file.",
    )
    if not train_shown(config, console, wish=wish, log=log).finished:
        raise KeyboardInterrupt
    from pgviz.gui.screenshot import take

    picture = picture_path(config)
    take(config, PICTURE_SECONDS, picture, size=PICTURE_SIZE, theme=theme)
    say(console, f"The window as it would look: {picture}")
    return 0


def require_window() -> None:
    """Check that what the window is made of can be loaded.

    Raises
    ------
    UsageError
        Where a package or one of the system libraries that Qt needs is missing.
    """
    absent = [name for name in WINDOW_PACKAGES if not _is_installed(name)]
    if absent:
        raise UsageError(
            f"the window needs {', '.join(absent)}, which is not installed here: type `pip install pgviz`;"
            " `pgviz train` works without."
        )
    try:
        import pgviz.gui.app  # noqa: F401 - only to learn whether it loads
    except ImportError as error:
        raise UsageError(f"the window cannot be loaded ({error}); `pgviz doctor` says what is missing.") from error


def picture_path(config: RunConfig) -> Path:
    """``pgviz-ENV.png`` in the current folder, or in the temporary one where that cannot be written."""
    name = "".join(letter if letter.isalnum() or letter in "-_." else "-" for letter in config.environment)
    here = Path.cwd() / f"pgviz-{name}.png"
    try:
        with tempfile.TemporaryFile(dir=here.parent):
            return here
    except OSError:
        return Path(tempfile.gettempdir()) / here.name


def show_message(message: str) -> None:
    """Show a message in a box of its own, where there is a display and Qt to draw it with."""
    if not has_display() or not all(map(_is_installed, WINDOW_PACKAGES)):
        return
    from pgviz.gui.message_box import show_error

    show_error(message)


def _is_installed(name: str) -> bool:
    try:
        return find_spec(name) is not None
    except ImportError:  # a finder may refuse instead of finding nothing
        return False


def _last_config() -> RunConfig:
    from pgviz.gui.settings import Settings

    return Settings.of_user().config or RunConfig.create()
