from __future__ import annotations

import pytest

from pgviz.hyperparameters import algorithms, declaration
from pgviz.hyperparameters.presets import preset
from pgviz.hyperparameters.suggestions import suggested_algorithm


@pytest.mark.parametrize("environment", ["CartPole-v1", "Somebodys-v0", "their.module:Own-v3"])
def test_that_an_environment_of_which_nothing_is_known_is_begun_with_the_general_algorithm(
    environment: str,
) -> None:
    assert suggested_algorithm(environment) == algorithms()[0].name


@pytest.mark.parametrize("environment", ["Pendulum-v1", "HalfCheetah-v5", "Humanoid-v5"])
def test_that_where_another_algorithm_is_known_to_do_better_it_is_suggested_and_has_settings(
    environment: str,
) -> None:
    algorithm = suggested_algorithm(environment)
    assert declaration(algorithm).name == "sac"
    assert preset(algorithm, environment)
