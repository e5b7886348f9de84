from __future__ import annotations

import numpy as np
import pytest
from gymnasium import spaces

from pgviz.environments.vector import VectorEnvironment

TOYS = "tests.environments.toys:"


def vector(id: str, *, render: bool) -> VectorEnvironment:
    return VectorEnvironment(id, 2, np.random.SeedSequence(11), render=render)


def observe(id: str, *, render: bool) -> list[list[list[float]]]:
    environment = vector(id, render=render)
    seen = [environment.reset().tolist()]
    generator = np.random.default_rng(5)
    space = environment.action_space
    for _ in range(40):
        if isinstance(space, spaces.Box):
            actions = generator.uniform(space.low, space.high, (2, *space.shape)).astype(space.dtype)
        else:
            assert isinstance(space, spaces.Discrete)
            actions = int(space.start) + generator.integers(0, space.n, 2)
        seen.append(environment.step(actions).observations.tolist())
        if render:
            assert environment.render(1) is not None, environment.render_error
    environment.close()
    return seen


@pytest.mark.parametrize("id", ["CartPole-v1", "Pendulum-v1", "FrozenLake-v1", TOYS + "DrawsToDraw-v0"])
def test_that_drawing_does_not_change_what_happens(id: str) -> None:
    assert observe(id, render=True) == observe(id, render=False)


def test_that_a_frame_is_a_picture_of_its_own() -> None:
    environment = vector(TOYS + "Counting-v0", render=True)
    environment.reset()
    first = environment.render(0)
    environment.step(np.full(2, 2))
    second = environment.render(0)
    assert first is not None
    assert second is not None
    assert first.shape == (4, 5, 3)
    assert first.dtype == np.uint8
    assert (first == 0).all()
    assert (second == 1).all()
    assert second.flags.c_contiguous


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("Undrawable-v0", "drawing raised OSError: the screen is asleep"),
        ("TextOnly-v0", "it returned a str where an (H, W, 3) picture was asked for"),
    ],
)
def test_that_a_failure_to_draw_is_remembered_and_stops_nothing(name: str, words: str) -> None:
    environment = vector(TOYS + name, render=True)
    environment.reset()
    assert environment.render(0) is None
    assert words in environment.render_error
    assert environment.render(1) is None
    environment.step(np.full(2, 2))


@pytest.mark.parametrize("name", ["Pictureless-v0", "DrawableInVain-v0"])
def test_that_an_environment_that_cannot_draw_is_run_without_pictures(name: str) -> None:
    environment = vector(TOYS + name, render=True)
    environment.reset()
    assert not environment.facts.renders
    assert environment.render(0) is None
    assert environment.render_error == ""
    environment.step(np.full(2, 2))


def test_that_nothing_is_drawn_where_no_pictures_were_asked_for() -> None:
    environment = vector("CartPole-v1", render=False)
    environment.reset()
    assert not environment.facts.renders
    assert environment.render(0) is None
