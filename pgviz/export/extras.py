"""What exports need beside pgviz: packages that are installed by choice, and the lines that do so."""

from __future__ import annotations

from dataclasses import dataclass
from importlib.util import find_spec


@dataclass(frozen=True, slots=True)
class Extra:
    """An extra of pgviz.

    Parameters
    ----------
    name
        As in ``pip install 'pgviz[NAME]'``.
    modules
        Those of its packages that are imported.
    """

    name: str
    modules: tuple[str, ...]

    @property
    def missing(self) -> str:
        """What is not installed, and the line that installs it; empty where all is there."""
        absent = [each for each in self.modules if find_spec(each) is None]
        return f"{' and '.join(absent)}: pip install 'pgviz[{self.name}]'" if absent else ""


VIDEO = Extra("video", ("av",))
TENSORBOARD = Extra("tensorboard", ("tensorboardX",))
ONNX = Extra("onnx", ("onnx", "onnxscript"))
MINARI = Extra("minari", ("minari", "h5py", "PIL"))
