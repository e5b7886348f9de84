"""The words of the command line: which commands there are, and what each may be told."""

from __future__ import annotations

from argparse import SUPPRESS, ArgumentParser, Namespace, RawDescriptionHelpFormatter
from collections.abc import Callable, Sequence
from itertools import pairwise
from typing import NoReturn

from pgviz import __version__
from pgviz.cli.export_arguments import declare_export, declare_import, declare_policy_export, declare_recording
from pgviz.cli.log_option import declare_log
from pgviz.cli.parameter_help import parameter_lines
from pgviz.cli.recording_arguments import SUFFIX, declare_info, declare_record
from pgviz.errors import UsageError
from pgviz.hyperparameters import algorithms
from pgviz.parameters import unknown

DESCRIPTION = "Train, watch and steer a policy in one window. With no command, open the window on the last run."
THEMES = ("light", "dark")
Execute = Callable[[Namespace], int]


class Parser(ArgumentParser):
    """An argument parser that answers an error with one sentence rather than with its usage."""

    def error(self, message: str) -> NoReturn:
        """Raise `message` as a :class:`UsageError` that points to the help."""
        raise UsageError(f"{message} (see {self.prog} --help).")


def parse(words: Sequence[str]) -> Namespace:
    """Read the command line; ``execute`` of the result runs the command.

    Raises
    ------
    UsageError
        For unknown words, missing ones, and options without their value.
    """
    parser = build_parser(_algorithm_named_in(words))
    if words and not words[0].startswith("-") and words[0].lower().endswith(SUFFIX):
        words = ["replay", *words]  # as a desktop does with what is double-clicked
    if words and not words[0].startswith("-") and words[0] not in COMMANDS:
        raise UsageError(unknown("command", words[0], COMMANDS) + " (see pgviz --help).")
    return parser.parse_args(words)


def build_parser(algorithm: str) -> Parser:
    """All commands; the help of those that train lists the hyperparameters of `algorithm`."""
    parser = Parser(prog="pgviz", description=DESCRIPTION, allow_abbrev=False)
    parser.add_argument("--version", action="version", version=f"pgviz {__version__}")
    parser.add_argument("--traceback", action="store_true", default=SUPPRESS, help=_TRACEBACK_HELP)
    parser.set_defaults(execute=_open_last)
    commands = parser.add_subparsers(metavar="COMMAND", title="commands")
    epilog = "\n".join(parameter_lines(algorithm))
    for name, (summary, execute, declare, trains) in COMMANDS.items():
        command = commands.add_parser(
            name,
            help=summary,
            description=summary[0].upper() + summary[1:] + ".",
            epilog=epilog if trains else None,
            formatter_class=RawDescriptionHelpFormatter,
            allow_abbrev=False,
        )
        command.set_defaults(execute=execute)
        command.add_argument("--traceback", action="store_true", default=SUPPRESS, help=_TRACEBACK_HELP)
        declare(command)
    return parser


def _algorithm_named_in(words: Sequence[str]) -> str:
    """The algorithm whose help is wanted, wherever in the line it is named."""
    names = [each.name for each in algorithms()]
    for word, following in pairwise([*words, ""]):
        named = following if word == "--algorithm" else word.removeprefix("--algorithm=")
        if word.startswith("--algorithm") and named in names:
            return named
    return names[0]


def _declare_run(parser: ArgumentParser, otherwise: str = "", may_go_on: bool = False) -> None:
    """Declare what a run is described by.

    `otherwise` says what decides the algorithm where no word does. What may go on as it was saved needs no words.
    """
    names = ",".join(each.name for each in algorithms())
    first = algorithms()[0].name
    parser.add_argument(
        "environment",
        metavar="ENV_ID",
        nargs="?" if may_go_on else None,
        help="a Gymnasium id, also of the form module:Id",
    )
    parser.add_argument(
        "--algorithm",
        metavar=f"{{{names}}}",
        default=None if otherwise else first,
        help=f"default: {otherwise or first}",
    )
    parser.add_argument(
        "--steps",
        metavar="N",
        help="environment steps to train for, over all copies (default: by the environment)",
    )
    parser.add_argument(
        "--seed", metavar="S", help="the number that every random choice is drawn from (default: 0)"
    )
    parser.add_argument(
        "--envs",
        metavar="N",
        help="copies of the environment that are stepped together (default: by the environment)",
    )
    parser.add_argument(
        "--set",
        metavar="NAME=VALUE",
        dest="assignments",
        action="append",
        default=[],
        help="set a hyperparameter; may be given more than once",
    )


def _declare_train(parser: ArgumentParser) -> None:
    _declare_run(parser, f"{algorithms()[0].name}; with --resume and no ENV_ID, that of the saved run", True)
    parser.add_argument("--evaluate", metavar="N", help="play N episodes with the trained policy afterwards")
    parser.add_argument(
        "--evaluate-with",
        choices=("likeliest", "sampled"),
        help="which actions --evaluate takes (default: the likeliest; sampled where the environment says that "
        "what is best in it is a mix)",
    )
    parser.add_argument("--json", metavar="FILE", help="write a report to FILE, or to standard output for -")
    parser.add_argument("--checkpoint", metavar="DIR", help="save the run into DIR as it goes")
    parser.add_argument(
        "--checkpoint-every", metavar="SECONDS", default="60", help="time between two saves (default: %(default)s)"
    )
    declare_log(parser)
    parser.add_argument(
        "--resume",
        action="store_true",
        help="go on exactly from the newest checkpoint in DIR (ENV_ID may be left out)",
    )
    declare_record(parser)


def _declare_window(parser: ArgumentParser) -> None:
    _declare_run(parser)
    parser.add_argument("--play", action="store_true", help="start training at once instead of waiting, paused")
    parser.add_argument("--theme", choices=THEMES, help="default: as last time")
    declare_log(parser)
    declare_record(parser)


def _declare_replay(parser: ArgumentParser) -> None:
    parser.add_argument("file", metavar="FILE.pgviz", help="a recording")
    parser.add_argument("--play", action="store_true", help="begin to play at once instead of waiting, paused")
    parser.add_argument("--theme", choices=THEMES, help="default: as last time")


def _declare_screenshot(parser: ArgumentParser) -> None:
    _declare_run(parser)
    parser.add_argument(
        "--seconds", metavar="S", required=True, help="how long to train before the picture is taken"
    )
    parser.add_argument("--out", metavar="FILE.png", required=True, help="where to write the picture")
    parser.add_argument("--size", metavar="WxH", default="1280x800", help="of the window (default: %(default)s)")
    parser.add_argument("--theme", choices=THEMES, default="light", help="default: %(default)s")


def _declare_import(parser: ArgumentParser) -> None:
    declare_import(parser)
    _declare_run(parser, "the one that the file was made with")


def _declare_record(parser: ArgumentParser) -> None:
    _declare_run(parser)
    declare_recording(parser)


def _declare_envs(parser: ArgumentParser) -> None:
    group = parser.add_mutually_exclusive_group()
    group.add_argument("--all", action="store_true", help="list every member of large families too")
    group.add_argument(
        "--check", action="store_true", help="make each environment and say whether it can be trained on"
    )


def _declare_parameters(parser: ArgumentParser) -> None:
    parser.add_argument("algorithm", metavar="ALGORITHM", nargs="?", help="only this algorithm's")
    parser.add_argument("environment", metavar="ENV_ID", nargs="?", help="with the defaults for this environment")


def _declare_nothing(_parser: ArgumentParser) -> None:
    """A command that takes no arguments of its own."""


def _open_last(arguments: Namespace) -> int:
    from pgviz.cli import window

    return window.open_last(arguments)


def _run(arguments: Namespace) -> int:
    from pgviz.cli import window

    return window.open_run(arguments)


def _replay(arguments: Namespace) -> int:
    from pgviz.cli import window

    return window.replay(arguments)


def _screenshot(arguments: Namespace) -> int:
    from pgviz.cli import screenshot

    return screenshot.execute(arguments)


def _import(arguments: Namespace) -> int:
    from pgviz.cli import import_policy

    return import_policy.execute(arguments)


def _export(arguments: Namespace) -> int:
    from pgviz.cli import export

    return export.execute(arguments)


def _export_policy(arguments: Namespace) -> int:
    from pgviz.cli import export_policy

    return export_policy.execute(arguments)


def _record(arguments: Namespace) -> int:
    from pgviz.cli import record

    return record.execute(arguments)


def _info(arguments: Namespace) -> int:
    from pgviz.cli import recording

    return recording.info(arguments)


def _train(arguments: Namespace) -> int:
    from pgviz.cli import train

    return train.execute(arguments)


def _envs(arguments: Namespace) -> int:
    from pgviz.cli import listings

    return listings.environments(arguments)


def _parameters(arguments: Namespace) -> int:
    from pgviz.cli import listings

    return listings.parameters(arguments)


def _doctor(arguments: Namespace) -> int:
    from pgviz.cli import listings

    return listings.doctor(arguments)


_TRACEBACK_HELP = "with an error, also show where in the code it came up"

# Name: summary, what runs it, what declares its options, and whether it trains.
COMMANDS: dict[str, tuple[str, Execute, Callable[[ArgumentParser], None], bool]] = {
    "train": ("train a policy in the terminal", _train, _declare_train, True),
    "run": ("open the window on a run", _run, _declare_window, True),
    "replay": ("open the window on a recording", _replay, _declare_replay, False),
    "info": ("say what is in a recording", _info, declare_info, False),
    "screenshot": ("draw the window, offscreen, after some training", _screenshot, _declare_screenshot, True),
    "record": ("film a run, offscreen", _record, _declare_record, True),
    "import": ("begin a run with a policy of Stable-Baselines3", _import, _declare_import, False),
    "export": ("turn a recording into a film, a table or a data set", _export, declare_export, False),
    "export-policy": ("write a policy that acts without pgviz", _export_policy, declare_policy_export, False),
    "envs": ("list the environments that can be run, and why others cannot", _envs, _declare_envs, False),
    "parameters": ("list hyperparameters with their defaults and ranges", _parameters, _declare_parameters, False),
    "doctor": ("say what is installed and what is missing", _doctor, _declare_nothing, False),
}
