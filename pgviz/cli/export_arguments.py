"""The words of the commands that make something for other programs; nothing heavy is imported here."""

from __future__ import annotations

from argparse import ArgumentParser

from pgviz.cli.allowing import declare_allow

WHATS = ("window", "environment", "environment+plots")


def declare_film(parser: ArgumentParser) -> None:
    """Declare the options, but for where to."""
    parser.add_argument("--what", choices=WHATS, default=WHATS[0], help="what is filmed (default: %(default)s)")
    parser.add_argument("--size", metavar="WxH", help="of the film, in pixels (default: as it is drawn)")
    parser.add_argument("--fps", metavar="N", help="pictures per second (default: 30; 15 for .gif)")
    parser.add_argument("--hud", action="store_true", help="write step, return and knobs over the picture")
    parser.add_argument("--theme", choices=("light", "dark"), default="light", help="default: %(default)s")


def declare_import(parser: ArgumentParser) -> None:
    """Declare what ``pgviz import`` may be told, beside the run."""
    parser.add_argument("file", metavar="FILE.zip", help="an agent saved by Stable-Baselines3 or sb3-contrib")
    parser.add_argument(
        "--checkpoint", metavar="DIR", required=True, help="where to save the run that begins with it"
    )
    parser.add_argument(
        "--activation", choices=("tanh", "relu"), help="of its networks, where the file does not say"
    )
    parser.add_argument("--normalization", metavar="FILE.json", help="mean, var and count of its VecNormalize")
    parser.add_argument("--open", action="store_true", help="open the window on it")


def declare_policy_export(parser: ArgumentParser) -> None:
    """Declare what ``pgviz export-policy`` may be told."""
    parser.add_argument("folder", metavar="DIR", help="a folder that --checkpoint or the window saved a run in")
    parser.add_argument("--to", metavar="FILE", required=True, help="a .pt2 (torch.export) or .onnx file")
    declare_allow(parser)


def declare_recording(parser: ArgumentParser) -> None:
    """Declare what ``pgviz record`` may be told, beside the run."""
    parser.add_argument("--seconds", metavar="S", default="20", help="length of the film (default: %(default)s)")
    parser.add_argument(
        "--speed", metavar="X", help="show steps at X times real time (default: as fast as it goes)"
    )
    parser.add_argument(
        "--to",
        metavar="FILE",
        required=True,
        help="the film: a .mp4, .webm or .gif file, or .png for a folder of pictures",
    )
    declare_film(parser)


def declare_export(parser: ArgumentParser) -> None:
    """Declare what ``pgviz export`` may be told."""
    parser.add_argument("file", metavar="FILE.pgviz", help="a recording")
    parser.add_argument(
        "--to", metavar="FILE", help="a film (.mp4, .webm, .gif), pictures (.png), or a table (.csv)"
    )
    parser.add_argument("--tensorboard", metavar="DIR", help="write event files for TensorBoard into DIR")
    parser.add_argument(
        "--minari",
        metavar="DIR",
        help="live the run again, and write its episodes as a Minari data set; DIR, such as cartpole-v0, is new",
    )
    declare_allow(parser)
    parser.add_argument("--from", metavar="S", dest="first", help="second of the recording to film from")
    parser.add_argument("--until", metavar="S", dest="last", help="second of the recording to film to")
    parser.add_argument(
        "--speed", metavar="X", help="seconds of the recording in a second of the film (default: 1)"
    )
    parser.add_argument(
        "--progress-lines",
        action="store_true",
        help="for programs: write how far it is as lines, and stop when standard input is closed",
    )
    declare_film(parser)
