"""Where pgviz begins, and the one place where an error becomes a line and an exit status."""

from __future__ import annotations

import os
import sys
import traceback
from argparse import Namespace
from collections.abc import Callable, Sequence

from pgviz.cli import arguments
from pgviz.cli.recording_arguments import SUFFIX
from pgviz.errors import RunError, UsageError
from pgviz.interrupts import terminated_as_interrupted

EXIT_OK = 0
EXIT_FAILED = 1
EXIT_USAGE = 2
EXIT_INTERRUPTED = 130
EXIT_BROKEN_PIPE = 141

Report = Callable[[str], None]


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command.

    Parameters
    ----------
    argv
        The words after ``pgviz``; those of the process where ``None``.

    Returns
    -------
    int
        The exit status: 0, 1 for a failed run, 2 for bad usage, 130 after Ctrl+C or SIGTERM.
    """
    words = list(sys.argv[1:] if argv is None else argv)
    _prepare_process()
    _find_modules_here()
    return _guarded(lambda: _dispatch(words), _to_stderr, _wants_traceback(words))


def main_gui() -> int:
    """Open the window on the last run, or on the recording that is named; for launchers that have no console."""
    words = [word for word in sys.argv[1:2] if word.lower().endswith(SUFFIX)]
    _prepare_process()
    return _guarded(lambda: _dispatch(words), _to_message_box, _wants_traceback(words))


def _dispatch(words: list[str]) -> int:
    parsed = arguments.parse(words)
    execute: Callable[[Namespace], int] = parsed.execute
    return execute(parsed)


def _guarded(command: Callable[[], int], report: Report, wants_traceback: bool) -> int:
    try:
        with terminated_as_interrupted():
            return command()
    except SystemExit as request:  # argparse ends --help and --version this way
        return int(request.code or 0)
    except KeyboardInterrupt:
        report("interrupted.")
        return EXIT_INTERRUPTED
    except BrokenPipeError:
        _silence_stdout()
        return EXIT_BROKEN_PIPE
    except Exception as error:  # noqa: BLE001 - the last place that can still answer with a sentence
        if wants_traceback:
            traceback.print_exc()
        report(_sentence(error))
        return EXIT_USAGE if isinstance(error, UsageError) else EXIT_FAILED


def _sentence(error: Exception) -> str:
    text = " ".join(str(error).split())
    if isinstance(error, UsageError | RunError):
        return text
    return f"a defect of pgviz itself: {type(error).__name__}: {text} (--traceback shows where)."


def _wants_traceback(words: Sequence[str]) -> bool:
    return "--traceback" in words or os.environ.get("PGVIZ_DEBUG", "") not in {"", "0"}


def _to_stderr(message: str) -> None:
    if sys.stderr is not None:
        sys.stderr.write(f"pgviz: {message}\n")


def _to_message_box(message: str) -> None:
    from pgviz.cli.window import show_message

    _to_stderr(message)
    show_message(message)


def _prepare_process() -> None:
    # pygame greets on stdout, where a report may be written.
    os.environ.setdefault("PYGAME_HIDE_SUPPORT_PROMPT", "1")
    for stream in (sys.stdout, sys.stderr):
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure is not None:
            reconfigure(errors="replace")


def _find_modules_here() -> None:
    """Let ``module:Id`` name a module in the current folder, as ``python -m`` would.

    It is looked at last, so that a file there never takes the place of an installed package. A process of the
    window is begun elsewhere, and told the folder (:mod:`pgviz.gui.export_process`).
    """
    try:
        here = os.environ.get("PGVIZ_MODULES_IN") or os.getcwd()
    except FileNotFoundError:
        return
    if here not in sys.path:
        sys.path.append(here)


def _silence_stdout() -> None:
    """Keep the interpreter from flushing into the closed pipe again at its end."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
