"""Agents of Stable-Baselines3, saved and then read by us."""

from __future__ import annotations

import base64
import io
import json
import pickle
import zipfile
from pathlib import Path
from typing import Any

import torch


def save(name: str, environment: str, path: Path, **options: Any) -> Any:
    """Make an agent whose weights are not those that it began with, save it, and return it."""
    import sb3_contrib
    import stable_baselines3

    maker = getattr(stable_baselines3, name, None) or getattr(sb3_contrib, name)
    agent = maker("MlpPolicy", environment, device="cpu", seed=1, **options)
    with torch.no_grad():
        for parameter in agent.policy.parameters():
            parameter.add_(0.1 * torch.randn(parameter.shape))
    agent.save(path)
    return agent


def changed(path: Path, into: Path, **entries: bytes | None) -> Path:
    """Copy an archive with other entries (``policy_pth`` for ``policy.pth``); ``None`` leaves one out."""
    wanted = {name.replace("_pth", ".pth"): content for name, content in entries.items()}
    with zipfile.ZipFile(path) as before, zipfile.ZipFile(into, "w") as after:
        for entry in before.namelist():
            content = wanted.get(entry, before.read(entry))
            if content is not None:
                after.writestr(entry, content)
        for entry in wanted.keys() - set(before.namelist()):
            after.writestr(entry, wanted[entry] or b"")
    return into


def settings(path: Path) -> dict[str, Any]:
    """The JSON of an agent."""
    with zipfile.ZipFile(path) as archive:
        read: dict[str, Any] = json.loads(archive.read("data"))
        return read


def state(path: Path) -> dict[str, Any]:
    """The state dictionary of an agent."""
    with zipfile.ZipFile(path) as archive:
        read: dict[str, Any] = torch.load(io.BytesIO(archive.read("policy.pth")), weights_only=True)
        return read


def stored(state: object) -> bytes:
    """What PyTorch makes of a thing."""
    packed = io.BytesIO()
    torch.save(state, packed)
    return packed.getvalue()


class Canary:
    """Creates a file when it is unpickled."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __reduce__(self) -> tuple[Any, ...]:
        return Path.touch, (self.path,)

    @property
    def text(self) -> str:
        """Its pickle in base64, as Stable-Baselines3 keeps what is no plain value."""
        return base64.b64encode(pickle.dumps(self)).decode()
