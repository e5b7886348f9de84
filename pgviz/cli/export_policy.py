"""``pgviz export-policy``: the policy of a saved run, in a file that acts without pgviz."""

from __future__ import annotations

from argparse import Namespace
from pathlib import Path

from pgviz.cli.allowing import require_allowed
from pgviz.cli.output import console_on, say


def execute(arguments: Namespace) -> int:
    """Write the newest policy of a folder of checkpoints."""
    from pgviz.export.policy import StandalonePolicy, example, require_format, write_policy
    from pgviz.training.checkpoint import load, load_latest
    from pgviz.training.trainer import Trainer

    folder, path = Path(arguments.folder).expanduser(), Path(arguments.to).expanduser()
    require_format(path)
    found = load(folder) if (folder / "manifest.json").is_file() else load_latest(folder)
    require_allowed(found.config.environment, arguments.allow)
    # One copy, and no older life of it: its spaces are all that is wanted.
    trainer = Trainer(found.config.changed(environment_count=1))
    try:
        trainer.policy.restore(found.snapshot.algorithm["policy"])
        environment = trainer.environment
        space = environment.encoder.space
        module = StandalonePolicy(trainer.policy, space, environment.action_space)
        write_policy(module, example(space, environment.encoder.size), path)
    finally:
        trainer.close()
    console = console_on()
    say(
        console,
        f"{path}: observations in, {', '.join(module.outputs)} out; the policy of step {found.snapshot.step:,}.",
    )
    return 0
