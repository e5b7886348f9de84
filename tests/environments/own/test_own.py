"""What holds for every environment of pgviz's own."""

from __future__ import annotations

import ast
import copy
import doctest
import importlib
import inspect
import pickle
import re
import sys
import warnings
from typing import Any

import gymnasium
import numpy as np
import pytest
from gymnasium.utils.env_checker import check_env
from numpy.typing import NDArray

from pgviz.environments.catalog import listing
from pgviz.environments.factory import make
from pgviz.environments.labels import action_labels
from pgviz.environments.own.drawing import Canvas

IDS = tuple(id for id in gymnasium.registry if id.startswith("pgviz/"))
SECTIONS = (
    *("Description", "Action Space", "Observation Space", "Rewards", "Starting State", "Episode End"),
    *("Arguments", "Rendering", "Version History"),
)
VARIANTS: tuple[tuple[str, dict[str, Any]], ...] = (
    *((id, {}) for id in IDS),
    ("pgviz/RockPaperScissors-v0", {"show_last_moves": True, "rounds": 3}),
    ("pgviz/MaskedGrid-v0", {"layout": ("..G",), "longest_move": 3}),
    ("pgviz/FactoredReach-v0", {"joints": 3, "positions": 5}),
)

Environment = gymnasium.Env[Any, Any]


def drawable(id: str, **arguments: Any) -> Environment:
    return gymnasium.make(id, render_mode="rgb_array", **arguments)


def played(environment: Environment, steps: int, *, draw: bool = False, seed: int = 5) -> list[Any]:
    """What comes of so many random actions, in one episode after the other."""
    environment.action_space.seed(seed)
    seen: list[Any] = [environment.reset(seed=seed)]
    for _ in range(steps):
        seen.append(environment.step(environment.action_space.sample()))
        if draw:
            environment.render()
        if seen[-1][2] or seen[-1][3]:
            seen.append(environment.reset())
    return seen


def frame(environment: Environment) -> NDArray[np.uint8]:
    drawn = environment.render()
    assert isinstance(drawn, np.ndarray)
    return drawn


def same(one: list[Any], other: list[Any]) -> bool:
    return repr(one) == repr(other)


def test_that_they_are_registered() -> None:
    assert {"pgviz/RockPaperScissors-v0", "pgviz/MaskedGrid-v0", "pgviz/FactoredReach-v0"} <= set(IDS)
    assert set(IDS) <= {each.id for each in listing()}


@pytest.mark.parametrize(("id", "arguments"), VARIANTS)
def test_that_gymnasium_finds_nothing_to_complain_of(
    id: str, arguments: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    # pgviz silences Gymnasium's warnings; here they are errors.
    monkeypatch.setattr(gymnasium.logger, "min_level", gymnasium.logger.WARN)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        check_env(drawable(id, **arguments).unwrapped)
        played(drawable(id, **arguments), 30, draw=True)


@pytest.mark.parametrize("id", IDS)
def test_that_they_are_documented_in_gymnasiums_sections(id: str) -> None:
    documented = type(gymnasium.make(id).unwrapped).__doc__ or ""
    titles = re.findall(r"^ *## (.+)$", documented, re.MULTILINE)
    assert [title for title in titles if title in SECTIONS] == list(SECTIONS)


@pytest.mark.parametrize("name", ["rock_paper_scissors", "masked_grid", "factored_reach"])
def test_that_the_documented_examples_run(name: str) -> None:
    ran = doctest.testmod(importlib.import_module(f"pgviz.environments.own.{name}"))
    assert ran.attempted
    assert not ran.failed


@pytest.mark.parametrize("id", IDS)
def test_that_arguments_are_documented_with_their_defaults(id: str) -> None:
    kind = type(gymnasium.make(id).unwrapped)
    documented = re.findall(r"^ *\| `(\w+)` +\| \S+ +\| (.+?) +\|", kind.__doc__ or "", re.MULTILINE)
    taken = inspect.signature(kind).parameters
    assert ["render_mode", *(name for name, _ in documented)] == list(taken)
    for name, default in documented:
        if default.startswith("`"):
            assert ast.literal_eval(default.strip("`")) == taken[name].default


@pytest.mark.parametrize("id", IDS)
def test_that_the_same_seed_gives_the_same_episodes_and_another_one_others(id: str) -> None:
    assert same(played(drawable(id), 200), played(drawable(id), 200))
    assert not same(played(drawable(id), 200), played(drawable(id), 200, seed=6))


@pytest.mark.parametrize("id", IDS)
def test_that_drawing_draws_no_random_number_and_changes_nothing(id: str) -> None:
    assert same(played(drawable(id), 60, draw=True), played(drawable(id), 60))
    environment = drawable(id)
    played(environment, 7)
    before = environment.unwrapped.np_random.bit_generator.state
    assert np.array_equal(frame(environment), frame(environment))
    assert environment.unwrapped.np_random.bit_generator.state == before


@pytest.mark.parametrize("id", IDS)
def test_that_a_frame_is_a_picture_of_its_own_that_shows_what_happened(id: str) -> None:
    environment = drawable(id)
    environment.reset(seed=0)
    first = frame(environment)
    kept = first.copy()
    assert first.shape == (400, 600, 3)
    assert first.dtype == np.uint8
    assert first.flags.c_contiguous
    environment.action_space.seed(0)
    environment.step(environment.action_space.sample())
    assert (frame(environment) != first).any()
    assert (first == kept).all()
    first[:] = 0
    assert (frame(environment) != 0).any()
    assert 3 <= environment.metadata["render_fps"] <= 60


@pytest.mark.parametrize("id", IDS)
def test_that_a_drawn_environment_can_be_copied_and_goes_on_in_the_same_way(id: str) -> None:
    environment = drawable(id).unwrapped
    environment.reset(seed=3)
    environment.action_space.seed(0)
    actions = [environment.action_space.sample() for _ in range(5)]
    environment.step(actions[0])
    environment.render()
    copies = [copy.deepcopy(environment), pickle.loads(pickle.dumps(environment))]
    ahead = [environment.step(action) for action in actions[1:]]
    for each in copies:
        assert same([each.step(action) for action in actions[1:]], ahead)
        assert np.array_equal(frame(each), frame(environment))


@pytest.mark.parametrize("id", IDS)
def test_that_without_a_render_mode_it_says_so_and_draws_nothing(id: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gymnasium.logger, "min_level", gymnasium.logger.WARN)
    environment = gymnasium.make(id).unwrapped
    environment.reset(seed=0)
    with pytest.warns(UserWarning, match="make it with render_mode"):
        assert environment.render() is None


@pytest.mark.parametrize("id", IDS)
def test_that_without_pygame_it_says_what_to_install_and_still_runs(
    id: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "pygame", None)
    environment = drawable(id)
    played(environment, 20)
    with pytest.raises(
        gymnasium.error.DependencyNotInstalled, match=r'pip install "gymnasium\[classic-control\]"'
    ):
        environment.render()


@pytest.mark.parametrize("id", IDS)
def test_that_drawing_goes_on_after_another_environment_has_quit_pygame(id: str) -> None:
    import pygame

    environment = drawable(id)
    environment.reset(seed=0)
    before = frame(environment)
    pygame.quit()
    assert np.array_equal(frame(environment), before)
    environment.step(environment.action_space.sample())
    frame(environment)


@pytest.mark.parametrize("id", IDS)
def test_that_pgviz_makes_them_by_their_id_and_by_their_module(id: str) -> None:
    assert make(id, render=True).render_mode == "rgb_array"
    assert make(f"pgviz.environments.own:{id}", render=False).unwrapped.spec is not None


@pytest.mark.parametrize("id", [id for id in IDS if "RockPaperScissors" in id])
def test_that_hands_have_names(id: str) -> None:
    assert action_labels(id, gymnasium.make(id).action_space) == ("rock", "paper", "scissors")


def test_that_moves_have_names_in_their_order() -> None:
    labels = action_labels("pgviz/MaskedGrid-v0", gymnasium.spaces.Discrete(4))
    assert labels == ("↑ up", "right →", "↓ down", "← left")


def test_that_a_line_is_as_wide_as_asked_and_lies_where_asked() -> None:
    canvas = Canvas(40, 20, (255, 255, 255))
    canvas.line((10, 10), (30, 10), 4, (0, 0, 0))
    picture = canvas.to_array()
    assert (picture[8:12, 10:30] == 0).all()
    assert (picture[:6] == 255).all()
    assert (picture[14:] == 255).all()
    assert (picture[:, :7] == 255).all()
    assert (picture[:, 33:] == 255).all()


def test_that_a_canvas_begun_from_another_leaves_it_as_it_is() -> None:
    still = Canvas(10, 10, (200, 100, 50))
    moving = Canvas(10, 10, still)
    moving.rectangle(0, 0, 5, 10, (0, 0, 0))
    assert (still.to_array() == (200, 100, 50)).all()
    assert (moving.to_array()[:, 6:] == (200, 100, 50)).all()
    assert (moving.to_array()[:, :4] == 0).all()
