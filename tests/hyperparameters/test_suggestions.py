from __future__ import annotations

import pytest

from pgviz.hyperparameters import algorithms
from pgviz.hyperparameters.suggestions import suggested_algorithm


@pytest.mark.parametrize("environment", ["CartPole-v1", "Somebodys-v0", "their.module:Own-v3"])
def test_that_an_environment_of_which_nothing_is_known_is_begun_with_the_general_algorithm(
    environment: str,
) -> None:
    assert suggested_algorithm(environment) == algorithms()[0].name
