"""What ``--record`` and ``pgviz info`` may be told; light, for the help must not wait for the reader."""

from __future__ import annotations

from argparse import ArgumentParser

from pgviz.parameters import Parameter

SUFFIX = ".pgviz"  # named again, for the same reason

RATE = Parameter(
    "record-rate", 30.0, "Rate", "Steps a second, with their pictures, at most.", low=0.01, high=1000.0, unit="1/s"
)
SIZE = Parameter(
    "record-size", 640, "Size", "Pixels of a picture's longer side, at most.", kind="integer", low=16, high=8192
)
SNAPSHOTS = Parameter(
    "record-snapshots", 10.0, "Snapshots", "Seconds between two, at least.", low=0.0, high=86_400.0, unit="s"
)


def declare_record(parser: ArgumentParser) -> None:
    """Declare ``--record`` and what goes with it."""
    parser.add_argument("--record", metavar=f"FILE{SUFFIX}", help="record the run into FILE, to be played later")
    for parameter, metavar in ((RATE, "N"), (SIZE, "PIXELS"), (SNAPSHOTS, "SECONDS")):
        text = f"{parameter.help[0].lower()}{parameter.help[1:].rstrip('.')} (default: {parameter.default:g})"
        parser.add_argument(f"--{parameter.name}", metavar=metavar, help=text)


def declare_info(parser: ArgumentParser) -> None:
    """Declare what ``pgviz info`` takes."""
    parser.add_argument("file", metavar=f"FILE{SUFFIX}", help="a recording")
    parser.add_argument("--json", action="store_true", help="write it as JSON")
