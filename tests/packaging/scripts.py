"""Loads the scripts of ``packaging/``, a folder that is no package (PyPI has one of that name)."""

import importlib.util
from pathlib import Path
from types import ModuleType

ROOT = Path(__file__).resolve().parents[2]


def load(name: str) -> ModuleType:
    """Return the module made from ``packaging/NAME.py``."""
    spec = importlib.util.spec_from_file_location(f"pgviz_packaging_{name}", ROOT / "packaging" / f"{name}.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module
