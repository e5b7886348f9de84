"""The JSON report of a run, written whole or not at all."""

from __future__ import annotations

import errno
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec

from pgviz.config import RunConfig
from pgviz.errors import RunError, UsageError

if TYPE_CHECKING:
    from pgviz.session.doctor import Finding
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
        "updates": result.updates,
        "return_mean_100": result.return_mean_100,
        "seconds": result.seconds,
        "steps_per_second": result.steps_per_second,
        "weights_sha256": result.weights_sha256,
        "config": msgspec.json.decode(config.to_json()),
        "findings": [_said(finding) for finding in result.findings],
        "evaluation": evaluation
        and {
            "episodes": evaluation.episodes,
            "return_mean": evaluation.return_mean,
            "return_std": evaluation.return_std,
            "actions": "sampled" if evaluation.sampled else "likeliest",
        },
    }


def _said(finding: Finding) -> dict[str, Any]:
    """What the doctor found, less the evidence, which is there to be drawn."""
    names = ("name", "title", "sentence", "advice", "severity", "step", "update")
    return {name: getattr(finding, name) for name in names}


class ReportFile:
    """A place for a report, tried out before training so that a bad path costs no run.

    A regular file is written beside its place and then renamed, so that a reader finds the old report or the
    new one and never half of one.

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
        if name is not None and name != "-":
            self._target = self._tried_out(name)

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

    def _tried_out(self, name: str) -> Path:
        try:
            target = Path(name).expanduser().resolve()
            if target.is_dir():
                raise IsADirectoryError(errno.EISDIR, "it is a folder")
            if target.exists():
                target.open("ab").close()
            if _is_replaced(target):
                part = _part_of(target)
                part.open("xb").close()
                part.unlink()
        except (OSError, ValueError, RuntimeError) as error:
            reason = getattr(error, "strerror", None) or str(error)
            raise UsageError(f"cannot write the report to {name}: {reason.lower()}.") from error
        return target

    def _write_file(self, text: bytes, target: Path) -> None:
        written = _part_of(target) if _is_replaced(target) else target
        try:
            written.write_bytes(text)
            if written != target:
                written.replace(target)
        except OSError as error:
            if written != target:
                written.unlink(missing_ok=True)
            raise RunError(f"the report could not be written to {self._name}: {error.strerror}.") from error


def _is_replaced(target: Path) -> bool:
    """Whether the target is a file, or will be; a device or a pipe is written to instead."""
    return target.is_file() or not target.exists()


def _part_of(target: Path) -> Path:
    return target.with_name(f".{target.name}.{os.getpid()}.part")
