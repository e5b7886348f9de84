"""Packing: a snapshot as plain JSON and named tensors, and back. Nothing in it is ever executed.

Shape suffixes: T logged steps, N copies of the environment.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pgviz.algorithms.replay_buffer import BufferMark, ReplayBuffer
from pgviz.environments.action_log import LoggedStep
from pgviz.environments.state import EnvironmentState
from pgviz.environments.step import VectorStep
from pgviz.training.snapshot import Snapshot

Tensors = dict[str, NDArray[Any]]

_TENSOR, _TUPLE, _BUFFER, _PAIRS = "$tensor", "$tuple", "$buffer", "$pairs"
_FIELDS = ("step", "update", "algorithm", "acting", "observations_NO", "active_N", "to_begin", "forced")


def pack(snapshot: Snapshot) -> tuple[dict[str, Any], Tensors]:
    """Take a snapshot apart.

    Returns
    -------
    tuple
        What goes into JSON, and the arrays that it names.
    """
    tensors: Tensors = {}
    packed = {name: _pack(getattr(snapshot, name), name, tensors) for name in _FIELDS}
    packed["environment"] = _pack(_of_environment(snapshot.environment), "environment", tensors)
    return packed, tensors


def unpack(packed: Mapping[str, Any], tensors: Tensors) -> Snapshot:
    """Put a snapshot together again.

    Raises
    ------
    KeyError, TypeError, ValueError
        Where the parts are not those of a snapshot.
    """
    values = {name: _unpack(packed[name], tensors) for name in _FIELDS}
    return Snapshot(environment=_to_environment(_unpack(packed["environment"], tensors)), **values)


def _pack(value: object, path: str, tensors: Tensors) -> Any:
    if isinstance(value, np.ndarray):
        tensors[path] = np.asarray(value, order="C")  # which, unlike ascontiguousarray, keeps a lone number one
        return {_TENSOR: path}
    if isinstance(value, np.generic):
        return value.item()
    if isinstance(value, BufferMark):
        return {_BUFFER: _pack(_of_buffer(value), path, tensors)}
    if isinstance(value, Mapping | tuple | list | frozenset):
        return _pack_all(value, path, tensors)
    if value is None or isinstance(value, bool | int | float | str):
        return value
    raise TypeError(f"{path} is a {type(value).__name__}, which no checkpoint can hold")


def _pack_all(
    values: Mapping[Any, Any] | tuple[Any, ...] | list[Any] | frozenset[Any], path: str, tensors: Tensors
) -> Any:
    if isinstance(values, Mapping):
        packed = {key: _pack(each, f"{path}.{key}", tensors) for key, each in values.items()}
        return packed if all(isinstance(key, str) for key in packed) else {_PAIRS: [*map(list, packed.items())]}
    entries = sorted(values) if isinstance(values, frozenset) else values
    return {_TUPLE: [_pack(each, f"{path}.{index}", tensors) for index, each in enumerate(entries)]}


def _unpack(value: Any, tensors: Tensors) -> Any:
    if isinstance(value, dict):
        if _TENSOR in value:
            return tensors[value[_TENSOR]]
        if _TUPLE in value:
            return tuple(_unpack(each, tensors) for each in value[_TUPLE])
        if _PAIRS in value:
            return {int(key): _unpack(each, tensors) for key, each in value[_PAIRS]}
        if _BUFFER in value:
            return _to_buffer(_unpack(value[_BUFFER], tensors))
        return {key: _unpack(each, tensors) for key, each in value.items()}
    return value


def _of_buffer(mark: BufferMark) -> dict[str, Any]:
    """The contents of a replay buffer as they were at the mark."""
    buffer = ReplayBuffer(mark.buffer.capacity)
    buffer.restore(mark)
    return {"capacity": buffer.capacity, "added": buffer.added, "rows": buffer.rows}


def _to_buffer(stored: Mapping[str, Any]) -> BufferMark:
    buffer = ReplayBuffer(int(stored["capacity"]))
    buffer.fill(stored["rows"], int(stored["added"]))
    return buffer.capture()


def _of_environment(state: EnvironmentState) -> dict[str, Any]:
    stored: dict[str, Any] = {
        "arrays": state.arrays,
        "began": state.began,
        "begun": state.begun,
        "episodes": state.episodes,
        "waiting": state.waiting,
        "length": len(state.steps),
    }
    if state.steps:
        copies = len(state.began)
        everybody = np.ones(copies, bool)
        stored["actions"] = np.stack([np.asarray(step.actions) for step in state.steps])
        stored["stepped_TN"] = np.stack(
            [everybody if step.stepped_N is None else step.stepped_N for step in state.steps]
        )
        stored["observations_TNO"] = np.stack([step.result.observations for step in state.steps])
        if state.steps[0].told_NA is not None:
            stored["told_TNA"] = np.stack([step.told_NA for step in state.steps if step.told_NA is not None])
    return stored


def _to_environment(stored: Mapping[str, Any]) -> EnvironmentState:
    steps = []
    copies, told = len(stored["began"]), stored.get("told_TNA")
    for t in range(int(stored["length"])):
        flags = np.zeros(copies, bool)
        seen = VectorStep(stored["observations_TNO"][t], np.zeros(copies), flags, flags, {}, [], {})
        step = LoggedStep(stored["actions"][t], stored["stepped_TN"][t], seen)
        step.told_NA = None if told is None else told[t]
        steps.append(step)
    return EnvironmentState(
        steps=tuple(steps),
        began=tuple(stored["began"]),
        arrays=dict(stored["arrays"]),
        begun=tuple(stored["begun"]),
        episodes=int(stored["episodes"]),
        waiting=frozenset(stored["waiting"]),
        tape_position=0,
    )
