"""``pgviz train``: a run in the terminal, without a window."""

from __future__ import annotations

import sys
from argparse import Namespace
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from rich.console import Console

from pgviz.cli.log_option import logged
from pgviz.cli.output import console_on, counted, rounded, say
from pgviz.cli.progress import progress_of, title
from pgviz.cli.recording import RecordingWish, read_record, said_of
from pgviz.cli.report import ReportFile, report_of
from pgviz.cli.run_options import read_flag, run_config
from pgviz.config import RUN_PARAMETERS, RunConfig
from pgviz.errors import UsageError
from pgviz.hyperparameters import algorithms
from pgviz.interrupts import asked_to_stop
from pgviz.parameters import Parameter
from pgviz.session.agreement import module_of

if TYPE_CHECKING:
    from pgviz.export.tensorboard import TensorBoardLog
    from pgviz.session.headless import TrainResult
    from pgviz.session.keeper import Keeper
    from pgviz.training.evaluation import Evaluation
    from pgviz.training.events import Event

EVALUATE = Parameter(
    "evaluate",
    None,
    "Evaluation episodes",
    "Episodes played with the trained policy after training.",
    kind="integer",
    low=1,
    high=100_000,
)


CHECKPOINT_EVERY = Parameter(
    "checkpoint_every",
    60.0,
    "Seconds between checkpoints",
    "Time between two checkpoints, at least.",
    low=0.0,
    high=86_400.0,
    unit="s",
)


def execute(arguments: Namespace) -> int:
    """Train, say what came of it, and write the report that was asked for."""
    config = _asked_for(arguments)
    episodes = None if arguments.evaluate is None else read_flag("evaluate", EVALUATE, arguments.evaluate)
    if arguments.evaluate_with is not None and episodes is None:
        raise UsageError("--evaluate-with needs --evaluate N, the number of episodes.")
    sampled = None if arguments.evaluate_with is None else arguments.evaluate_with == "sampled"
    console = console_on(sys.stderr if arguments.json == "-" else None)
    report = ReportFile(arguments.json)
    wish = read_record(arguments)
    keeper = _keeper(arguments, console)
    if keeper is not None and keeper.found is not None:
        config = _resumed(config or _saved(keeper.found.config, arguments), keeper, console)
    assert config is not None
    with logged(arguments.tensorboard) as log:
        result = train_shown(config, console, keeper, wish, log)
    evaluation = None
    try:
        if isinstance(episodes, int) and result.finished:
            evaluation = _evaluate(result, episodes, sampled, console)
    finally:  # an evaluation that fails does not take the report of the training with it
        report.write(report_of(config, result, evaluation))
    if keeper is not None and keeper.problem is not None:
        raise keeper.problem
    if not result.finished:
        raise KeyboardInterrupt
    return 0


def _asked_for(arguments: Namespace) -> RunConfig | None:
    """The run that the options describe; ``None`` where they leave it to the checkpoint to say."""
    if arguments.environment is not None:
        arguments.algorithm = arguments.algorithm or algorithms()[0].name
        return run_config(arguments)
    if not arguments.resume:
        raise UsageError("the following arguments are required: ENV_ID (see pgviz train --help).")
    given = (arguments.algorithm, arguments.seed, arguments.envs, *arguments.assignments)
    if any(each is not None for each in given):
        raise UsageError(
            "without ENV_ID a run goes on as it was saved: leave its settings out, or name ENV_ID too."
        )
    return None


def _saved(found: RunConfig, arguments: Namespace) -> RunConfig:
    """The run that a checkpoint is of, perhaps for more steps."""
    module = module_of(found.environment)
    if module:  # a file must not choose what is imported
        raise UsageError(
            f"the saved run would import {module}: agree by naming {found.environment} and the run's settings."
        )
    return (
        found
        if arguments.steps is None
        else found.changed(steps=read_flag("steps", RUN_PARAMETERS["steps"], arguments.steps))
    )


def _keeper(arguments: Namespace, console: Console) -> Keeper | None:
    """What saves the run, where that was asked for."""
    if arguments.checkpoint is None:
        if arguments.resume:
            raise UsageError("--resume needs --checkpoint DIR, the folder to go on from.")
        return None
    seconds = read_flag("checkpoint-every", CHECKPOINT_EVERY, arguments.checkpoint_every)
    from pgviz.session.keeper import Keeper

    assert isinstance(seconds, float)
    folder = Path(arguments.checkpoint).expanduser()
    return Keeper(folder, seconds, resume=arguments.resume, tell=lambda text: say(console, text))


def _resumed(config: RunConfig, keeper: Keeper, console: Console) -> RunConfig:
    """The configuration of the run that is gone on with, which must be the one that was asked for."""
    assert keeper.found is not None
    found = keeper.found.config
    # How long to train is no part of what was learned so far, unless a schedule counts the steps.
    scheduled = _follows_length(found, keeper.found.snapshot.step, max(config.steps, found.steps))
    wanted = config if scheduled else config.changed(steps=found.steps)
    if wanted != found:
        raise UsageError(
            f"the checkpoint is of another run, {title(found)} with seed {found.seed}{_apart(found, wanted)}; "
            "give the same environment, algorithm, seed and settings to go on with it, or leave them all out."
        )
    say(console, f"Going on from step {keeper.found.snapshot.step:,}.")
    return config


def _follows_length(found: RunConfig, step: int, steps: int) -> bool:
    """Whether how a run goes on from a step hangs on how long it is to be: on `steps`, at the most."""
    settings = found.hyperparameters
    if settings.get("exploration") == "epsilon_greedy" and step < found.number("exploration_fraction") * steps:
        return True
    return "linear" in settings.values()


def _apart(found: RunConfig, wanted: RunConfig) -> str:
    """In which settings a saved run differs from another of the same algorithm, said of the saved one."""
    if (found.environment, found.algorithm) != (wanted.environment, wanted.algorithm):
        return ""
    names = [
        name
        for name in ("steps", "environment_count", *found.parameters)
        if found.value(name) != wanted.value(name)
    ]
    return "".join(f", {name} {found.value(name)} (not {wanted.value(name)})" for name in names[:4])


def _both(first: Callable[[Event], None], second: Callable[[Event], None]) -> Callable[[Event], None]:
    def take(event: Event) -> None:
        first(event)
        second(event)

    return take


def train_shown(
    config: RunConfig,
    console: Console,
    keeper: Keeper | None = None,
    wish: RecordingWish | None = None,
    log: TensorBoardLog | None = None,
) -> TrainResult:
    """Train with a progress bar, then write the summary; after Ctrl+C the result is not `finished`."""
    with asked_to_stop() as should_stop, progress_of(config, console) as tally:
        # Here rather than above: PyTorch takes a second, and the bar is already there.
        from pgviz.session.doctor import Doctor
        from pgviz.session.headless import train
        from pgviz.session.recorder import RecordingOptions

        record = None
        if wish is not None:
            options = RecordingOptions(wish.rate, wish.size, seconds_between_snapshots=wish.spacing)
            record = (wish.path, options)
        result = train(
            config,
            on_event=tally.apply if log is None else _both(tally.apply, log.apply),
            should_stop=should_stop,
            keeper=keeper,
            doctor=Doctor(),
            record=record,
        )
    for line in _summary(config, result):
        say(console, line)
    return result


def _evaluate(result: TrainResult, episodes: int, sampled: bool | None, console: Console) -> Evaluation:
    evaluation = result.evaluate(episodes, sampled)
    mean, std = evaluation.return_mean, evaluation.return_std
    played, how = counted(evaluation.episodes, "episode"), "sampled" if evaluation.sampled else "the likeliest"
    say(console, f"Evaluation over {played} with {how} actions: return {rounded(mean)} ± {rounded(std)}.")
    return evaluation


def _summary(config: RunConfig, result: TrainResult) -> Iterator[str]:
    yield (
        f"{title(config)}, seed {config.seed}: {_steps(config, result)}, {counted(result.episodes, 'episode')}."
    )
    mean = result.return_mean_100
    yield "No episode ended." if mean is None else f"Mean return of the last 100 episodes: {rounded(mean)}."
    if not result.updates:
        yield _not_learned(config, result)
    yield f"SHA-256 of the weights: {result.weights_sha256}"
    if result.recording is not None:
        yield from said_of(result.recording)
    for each in result.findings:
        yield f"Warning: {each.title} (update {each.update}). {each.sentence} {each.advice}"


def _steps(config: RunConfig, result: TrainResult) -> str:
    """How many steps there are, and how long those took that were taken now."""
    taken, now = counted(result.steps, "step"), result.steps - result.began
    if not result.finished:
        taken = f"{result.steps:,} of {counted(config.steps, 'step')}"
    if result.began and not now:
        return f"{taken}, all taken before"
    part = f", {now:,} of them now," if result.began else ""
    return f"{taken}{part} in {result.seconds:,.1f} s ({result.steps_per_second:,.0f} steps/s)"


def _not_learned(config: RunConfig, result: TrainResult) -> str:
    """Say that there was no update, and why where that is known."""
    starts = config.hyperparameters.get("learning_starts")
    if isinstance(starts, int) and result.steps <= starts:
        return f"Nothing was learned: learning starts after {counted(starts, 'step')} (learning_starts)."
    return "Nothing was learned: the run ended before its first update."
