from __future__ import annotations

import importlib.util
import os
from typing import Any

import gymnasium
import pytest
from gymnasium import spaces

from pgviz.environments import packages
from pgviz.environments.catalog import DEFAULT_ENVIRONMENTS, examine, listing
from pgviz.environments.factory import make
from pgviz.environments.facts import EnvironmentListing
from pgviz.environments.labels import action_labels, title
from pgviz.errors import UsageError


def hide(monkeypatch: pytest.MonkeyPatch, *hidden: str) -> None:
    real = importlib.util.find_spec
    monkeypatch.setattr(packages, "find_spec", lambda name: None if name in hidden else real(name))


def shipped() -> list[EnvironmentListing]:
    """What Gymnasium brings itself; other tests register environments too."""
    return [each for each in listing() if "tests." not in str(registered(each.id))]


def registered(id: str) -> object:
    return gymnasium.registry[id].entry_point if id in gymnasium.registry else ""


def test_that_the_list_begins_with_the_friendly_ones() -> None:
    ids = [each.id for each in listing()]
    assert tuple(ids[: len(DEFAULT_ENVIRONMENTS)]) == DEFAULT_ENVIRONMENTS
    assert len(set(ids)) == len(ids)


def test_that_the_list_has_the_newest_versions_of_real_environments_only() -> None:
    ids = {each.id for each in listing()}
    assert "CartPole-v0" not in ids
    assert not any(id.startswith("Gym") or (id.endswith(("-v2", "-v3")) and "Ant" in id) for id in ids)


def test_that_what_the_list_says_is_what_making_each_shows() -> None:
    for listed in shipped():
        examined = examine(listed.id)
        assert examined.trainable == listed.available, listed.id
        assert listed.reason in examined.reason


@pytest.mark.parametrize("name", ["RaisesInClose-v0", "ExitsInDrawing-v0"])
def test_that_one_that_cannot_be_closed_can_be_examined(name: str) -> None:
    assert examine(f"tests.environments.faulty:{name}").trainable


def test_that_an_environment_without_its_package_names_the_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    hide(monkeypatch, "Box2D", "mujoco")
    reasons = {each.id: each for each in listing()}
    assert not reasons["LunarLander-v3"].available
    assert 'pip install "pgviz[box2d]"' in reasons["LunarLander-v3"].reason
    assert 'pip install "pgviz[mujoco]"' in reasons["Ant-v5"].reason
    assert reasons["CartPole-v1"].available


@pytest.mark.parametrize(
    ("id", "hidden", "words"),
    [
        (
            "LunarLander-v3",
            "Box2D",
            'needs Box2D, which is not installed: pip install "pgviz[box2d]".',
        ),
        ("Ant-v5", "mujoco", 'needs MuJoCo, which is not installed: pip install "pgviz[mujoco]".'),
        ("ALE/Pong-v5", "ale_py", 'pip install "pgviz[atari]"'),
        ("phys2d/CartPole-v1", "jax", "phys2d/CartPole-v1 needs JAX, which is not installed"),
        (
            "tests.environments.faulty:ElsewherePackage-v0",
            "",
            "needs the package package_that_is_nowhere",
        ),
    ],
)
def test_that_making_it_without_its_package_names_the_extra(
    id: str, hidden: str, words: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    hide(monkeypatch, hidden)
    with pytest.raises(UsageError) as caught:
        make(id, render=False)
    assert words in str(caught.value)


@pytest.mark.parametrize(
    ("id", "words"),
    [
        ("Cartpole-v1", "did you mean CartPole-v1"),
        ("CartPole", "use CartPole-v1"),
        ("CartPole-v9", "use CartPole-v1"),
        ("LunarLander-v2", "use LunarLander-v3"),
        ("Ant-v3", "use Ant-v5"),
        ("tests.environments.toys:Countign-v0", "did you mean Counting-v0"),
        ("no_such_module:Robot-v0", "cannot import no_such_module for no_such_module:Robot-v0"),
        ("tests.environments.raises_on_import:Robot-v0", "raised ZeroDivisionError"),
        ("not an id", "unknown environment 'not an id'"),
        (":CartPole-v1", "is not an environment id"),
        ("a:b:c", "is not an environment id"),
    ],
)
def test_that_an_unknown_id_is_told_in_one_line_with_what_to_type(id: str, words: str) -> None:
    with pytest.raises(UsageError) as caught:
        make(id, render=False)
    assert words in str(caught.value)
    assert "\n" not in str(caught.value)


def test_that_an_examined_environment_says_what_it_is() -> None:
    examined = examine("Pendulum-v1")
    assert (examined.observation, examined.action) == ("Box, 3 numbers", "Box, 1 number")
    assert examined.trainable
    assert not examined.reason


def test_that_pictures_need_no_screen() -> None:
    assert os.environ["SDL_VIDEODRIVER"]
    assert os.environ["PYGAME_HIDE_SUPPORT_PROMPT"]


@pytest.mark.parametrize(
    ("id", "space", "labels"),
    [
        ("CartPole-v1", spaces.Discrete(2), ("← left", "right →")),
        ("Pendulum-v1", spaces.Box(-2, 2, (1,)), ("torque",)),
        ("some.module:FrozenLake-v1", spaces.Discrete(4), ("← left", "↓ down", "right →", "↑ up")),
        ("LunarLander-v3", spaces.Box(-1, 1, (2,)), ("a[0]", "a[1]")),
        ("CartPole-v1", spaces.Discrete(2, start=1), ("1", "2")),
        ("Other-v0", spaces.Discrete(3, start=-1), ("-1", "0", "1")),
        ("Other-v0", spaces.Box(-1, 1, ()), ("a",)),
        ("Other-v0", spaces.Box(-1, 1, (1, 2)), ("a[0,0]", "a[0,1]")),
    ],
)
def test_that_actions_have_readable_names(id: str, space: spaces.Space[Any], labels: tuple[str, ...]) -> None:
    assert action_labels(id, space) == labels


@pytest.mark.parametrize("id", [each.id for each in shipped() if each.available])
def test_that_every_available_environment_has_labels_of_its_own(id: str) -> None:
    environment = make(id, render=False)
    labels = action_labels(id, environment.action_space)
    environment.close()
    assert not any(label.isdigit() or label.startswith("a[") for label in labels)


@pytest.mark.parametrize(
    ("id", "name"),
    [
        ("MountainCarContinuous-v0", "Mountain Car Continuous"),
        ("FrozenLake8x8-v1", "Frozen Lake 8x8"),
        ("ALE/Pong-v5", "Pong (ALE)"),
        ("my.robots:Walker2d-v5", "Walker2d"),
    ],
)
def test_that_titles_are_words(id: str, name: str) -> None:
    assert title(id) == name
