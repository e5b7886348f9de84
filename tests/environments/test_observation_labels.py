"""Observations are named as they are laid out."""

from __future__ import annotations

import gymnasium
import pytest

from pgviz.environments.describe import describe
from pgviz.environments.observation_labels import observation_labels


def test_that_names_are_those_of_the_entries() -> None:
    assert observation_labels("CartPole-v1", (4,))[2] == "pole angle"
    assert observation_labels("CartPole-v1", (5,)) == ()
    assert observation_labels("tests.environments.toys:Ending-v0", (1,)) == ()


@pytest.mark.parametrize("id", ["CartPole-v1", "Acrobot-v1", "MountainCar-v0", "Pendulum-v1"])
def test_that_a_well_known_environment_has_as_many_names_as_entries(id: str) -> None:
    environment = gymnasium.make(id)
    labels = describe(id, environment).observation_labels
    environment.close()

    assert environment.observation_space.shape == (len(labels),)
