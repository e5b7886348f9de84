"""Gymnasium's registry: from an id to its specification."""

from __future__ import annotations

import importlib
import warnings

import gymnasium
from gymnasium.envs.registration import EnvSpec, parse_env_id

from pgviz.environments import own
from pgviz.environments.faults import RAISED, in_words
from pgviz.environments.packages import is_installed, missing_for_atari
from pgviz.errors import UsageError
from pgviz.parameters import unknown

ATARI_PREFIX = "ALE/"
# Registered when `own` is imported, as it is above.
OWN_PREFIX = f"{own.NAMESPACE}/"


def specification(id: str) -> EnvSpec:
    """Look up an id, the module of a ``module:Id`` imported first.

    Raises
    ------
    UsageError
        Where the module cannot be imported, or no such environment is registered; it names the nearest.
    """
    module, colon, name = id.rpartition(":")
    if colon:
        if not all(part.isidentifier() for part in module.split(".")):
            raise UsageError(f"{id!r} is not an environment id; write it as CartPole-v1, or as module:Name-v1.")
        _import(module, id)
    if name.startswith(ATARI_PREFIX):
        if missing_for_atari():
            raise UsageError(f"{id} {missing_for_atari()}.")
        register_atari()
    spec = gymnasium.registry.get(name)
    if spec is None or _is_tombstone(spec):
        raise UsageError(_no_such(name))
    return spec


def register_atari() -> None:
    """Have the Atari games registered where their package is installed; it does so on import."""
    if is_installed("ale_py"):
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            atari = importlib.import_module("ale_py")
        # Otherwise every game prints a banner.
        atari.ALEInterface.setLoggerMode(atari.LoggerMode.Error)


def newest_ids() -> tuple[str, ...]:
    """The ids of the newest version of every environment that is registered and real."""
    newest: dict[tuple[str | None, str], EnvSpec] = {}
    for spec in gymnasium.registry.values():
        if _is_tombstone(spec) or _is_superseded_atari(spec):
            continue
        key = (spec.namespace, spec.name)
        if key not in newest or _version(spec) > _version(newest[key]):
            newest[key] = spec
    return tuple(spec.id for spec in newest.values())


def _import(module: str, id: str) -> None:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            importlib.import_module(module)
    except ModuleNotFoundError as error:
        hint = "install it, or start pgviz in its folder"
        raise UsageError(f"cannot import {module} for {id}: {error}; {hint}.") from error
    except RAISED as error:
        raise UsageError(f"importing {module} for {id} {in_words(error)}") from error


def _no_such(name: str) -> str:
    same = _newest_of_same_name(name)
    if same is not None:
        return f"there is no environment {name!r}; use {same}."
    return unknown("environment", name, newest_ids())


def _newest_of_same_name(name: str) -> str | None:
    try:
        namespace, bare, _ = parse_env_id(name)
    except gymnasium.error.Error:
        return None
    for id in newest_ids():
        spec = gymnasium.registry[id]
        if (spec.namespace, spec.name) == (namespace, bare):
            return id
    return None


def _version(spec: EnvSpec) -> int:
    return -1 if spec.version is None else spec.version


def _is_superseded_atari(spec: EnvSpec) -> bool:
    """Whether it is a game under its old name, outside of the namespace that the games have now."""
    return str(spec.entry_point).startswith("ale_py") and not spec.id.startswith(ATARI_PREFIX)


def _is_tombstone(spec: EnvSpec) -> bool:
    """Whether all that the entry point does is to say that the environment has moved elsewhere."""
    entry_point = spec.entry_point
    if isinstance(entry_point, str | type):  # a class is an environment, whoever registered it
        return False
    return getattr(entry_point, "__module__", "").startswith("gymnasium.envs")
