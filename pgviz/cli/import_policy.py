"""``pgviz import``: a run that begins with a policy that Stable-Baselines3 trained."""

from __future__ import annotations

from argparse import Namespace
from pathlib import Path

from pgviz.cli.output import console_on, say
from pgviz.cli.run_options import run_config
from pgviz.config import RunConfig
from pgviz.errors import UsageError
from pgviz.parameters import Value


def execute(arguments: Namespace) -> int:
    """Read the file, and save a run that begins with what is in it."""
    from pgviz.policies.foreign.sb3 import read_policy
    from pgviz.training.checkpoint import checkpoints, save
    from pgviz.training.importing import begin_with

    folder = Path(arguments.checkpoint).expanduser()
    if checkpoints(folder):
        raise UsageError(f"{folder} holds checkpoints already: choose another folder.")
    foreign = read_policy(Path(arguments.file).expanduser(), arguments.activation)
    arguments.algorithm = arguments.algorithm or foreign.algorithm
    beneath: dict[str, Value] = foreign.hyperparameters(arguments.algorithm)
    statistics = None if arguments.normalization is None else Path(arguments.normalization).expanduser()
    if statistics is not None:
        beneath["normalize_observation"] = True
    config = run_config(arguments, beneath)
    save(folder, config, begin_with(config, foreign, statistics))
    console = console_on()
    sizes = ", ".join(map(str, foreign.hidden_sizes)) or "no"
    say(console, f"{foreign.name}: {foreign.algorithm}, {sizes} hidden units, {foreign.activation}.")
    if arguments.open:
        return _open(config, folder)
    say(console, f"Step through it: pgviz, then File, Go on with a saved run, {folder}")
    return 0


def _open(config: RunConfig, folder: Path) -> int:
    from pgviz.cli.window import require_window

    require_window()
    from pgviz.gui.app import run

    return run(config, folder=folder)
