"""Where networks are computed."""

from __future__ import annotations

import os

import torch

from pgviz.errors import UsageError

# Below so many weights, sending numbers to a GPU and waiting for its answer takes longer than the CPU needs.
LEAST_WEIGHTS = 500_000


def choose_device(wanted: str, weights: int, *, pictures: bool) -> str:
    """Return ``"cpu"`` or ``"cuda"``.

    Parameters
    ----------
    wanted
        ``"cpu"``, ``"cuda"``, or ``"auto"``: a GPU where there is one and it would be faster.
    weights
        How many the networks have, roughly.
    pictures
        Whether they look at pictures, for which a GPU is always faster.

    Raises
    ------
    UsageError
        Where a GPU is asked for and there is none.
    """
    if wanted == "cpu" or (wanted == "auto" and not pictures and weights < LEAST_WEIGHTS):
        return "cpu"
    if not torch.cuda.is_available():
        if wanted == "auto":
            return "cpu"
        built = "sees no GPU" if torch.version.cuda else "was built without CUDA"
        raise UsageError(f"device is cuda, but the PyTorch installed here {built}; choose cpu or auto.")
    _be_reproducible()
    return "cuda"


def _be_reproducible() -> None:
    """Have the same run give the same numbers each time, for a little speed."""
    # Read when the GPU's linear algebra is first used.
    os.environ.setdefault("CUBLAS_WORKSPACE_CONFIG", ":4096:8")
    torch.backends.cudnn.benchmark = False
    torch.backends.cudnn.deterministic = True
    torch.backends.cudnn.allow_tf32 = False
    torch.backends.cuda.matmul.allow_tf32 = False
