"""The JSON report of a run, written whole or not at all."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

import msgspec

from pgviz.config import RunConfig
from pgviz.errors import RunError, UsageError

if TYPE_CHECKING:
    from pgviz.session.headless import TrainResult
    from pgviz.training.evaluation import Evaluation


def report_of(config: RunConfig, result: TrainResult, evaluation: Evaluation | None) -> dict[str, Any]:
    """What ``--json`` writes."""
    return {
        "environment": config.environment,
        "algorithm": config.algorithm,
        "seed": config.seed,
        "steps": result.steps,
        "episodes": result.episodes,
        "return_mean_100": result.return_mean_100,
        "seconds": result.seconds,
        "steps_per_second": result.steps_per_second,
        "weights_sha256": result.weights_sha256,
        "config": msgspec.json.decode(config.to_json()),
        "evaluation": evaluation
        and {
            "episodes": evaluation.episodes,
            "return_mean": evaluation.return_mean,
            "return_std": evaluation.return_std,
        },
    }


class ReportFile:
    """A place for a report, opened before training so that a bad path costs no run.

    A regular file is written beside its place and then renamed, so that a reader finds the old report or the
    new one and never half of one. Left without a :meth:`write`, nothing remains.

    Parameters
    ----------
    name
        The path; ``"-"`` for standard output; ``None`` for nowhere.

    Raises
    ------
    UsageError
        Where the path cannot be written.
    """

    def __init__(self, name: str | None) -> None:
        self._name = name
        self._target: Path | None = None
        self._part: Path | None = None
        if name is not None and name != "-":
            self._prepare(name)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._part is not None:
            self._part.unlink(missing_ok=True)

    def write(self, report: dict[str, Any]) -> None:
        """Write the report as indented JSON.

        Raises
        ------
        RunError
            Where the disk refuses.
        """
        text = msgspec.json.format(msgspec.json.encode(report)) + b"\n"
        if self._name == "-":
            sys.stdout.write(text.decode())
            sys.stdout.flush()
        elif self._target is not None:
            self._write_file(text, self._target)

    def _prepare(self, name: str) -> None:
        try:
            target = Path(name).expanduser().resolve()
            if target.is_dir():
                raise IsADirectoryError(21, "it is a folder")
            if target.exists():
                target.open("ab").close()
            # A device or a pipe is written to, never replaced.
            if target.is_file() or not target.exists():
                self._part = target.with_name(f".{target.name}.{os.getpid()}.part")
                self._part.open("xb").close()
        except (OSError, ValueError, RuntimeError) as error:
            reason = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
            raise UsageError(f"cannot write the report to {name}: {reason.lower()}.") from error
        self._target = target

    def _write_file(self, text: bytes, target: Path) -> None:
        try:
            (self._part or target).write_bytes(text)
            if self._part is not None:
                self._part.replace(target)
        except OSError as error:
            raise RunError(f"the report could not be written to {self._name}: {error.strerror}.") from error
