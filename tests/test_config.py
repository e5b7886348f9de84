from __future__ import annotations

from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pgviz.config import RunConfig
from pgviz.errors import UsageError
from pgviz.hyperparameters import algorithms, declaration
from pgviz.hyperparameters.presets import preset
from pgviz.parameters import Parameter


def values_of(parameter: Parameter) -> st.SearchStrategy[Any]:
    low, high = parameter.low, parameter.high
    kinds: dict[str, st.SearchStrategy[Any]] = {
        "flag": st.booleans(),
        "choice": st.sampled_from(parameter.choices or ("",)),
    }
    if parameter.kind == "float":
        kinds["float"] = st.floats(low, high)
    elif parameter.kind in {"integer", "sizes"}:
        numbers = st.integers(int(low), int(high))
        kinds["integer"] = numbers
        kinds["sizes"] = st.lists(numbers, min_size=1, max_size=4).map(tuple)
    values = kinds[parameter.kind]
    return values | st.none() if parameter.optional else values


@st.composite
def configs(draw: st.DrawFn) -> RunConfig:
    declared = draw(st.sampled_from(algorithms()))
    names = draw(st.sets(st.sampled_from(list(declared.parameters))))
    given_values = {name: draw(values_of(declared.parameters[name])) for name in names}
    return RunConfig.create(
        draw(st.sampled_from(["CartPole-v1", "Pendulum-v1", "my_module:Größe-v0"])),
        declared.name,
        seed=draw(st.integers(0, 2**31 - 1)),
        steps=draw(st.integers(1, 10**10)),
        **given_values,
    )


@given(configs())
def test_that_a_configuration_comes_back_from_json_as_it_was(config: RunConfig) -> None:
    assert RunConfig.from_json(config.to_json()) == config


@given(configs())
def test_that_nothing_changed_leaves_an_equal_configuration(config: RunConfig) -> None:
    assert config.changed() == config


def test_that_a_configuration_has_a_value_for_every_parameter_of_its_algorithm() -> None:
    for declared in algorithms():
        config = RunConfig.create("Nobodys-v0", declared.name)
        assert dict(config.hyperparameters) == {name: each.default for name, each in declared.parameters.items()}


@pytest.mark.parametrize("algorithm", [each.name for each in algorithms()])
@pytest.mark.parametrize("environment", ["CartPole-v1", "Pendulum-v1"])
def test_that_every_preset_is_valid_and_used(algorithm: str, environment: str) -> None:
    config = RunConfig.create(environment, algorithm)
    for name, value in preset(algorithm, environment).items():
        assert config.value(name) == value


def test_that_what_is_given_goes_before_the_preset() -> None:
    assert RunConfig.create("CartPole-v1", "ppo", epochs=3).value("epochs") == 3


def test_that_a_change_is_validated() -> None:
    config = RunConfig.create()
    assert config.changed(seed=7).seed == 7
    with pytest.raises(UsageError, match=r"^learning_rate must be a number from 1e-06 to 1; got 5.$"):
        config.changed(learning_rate=5)


def test_that_spaces_around_an_id_do_not_matter() -> None:
    assert RunConfig.create(" CartPole-v1 ") == RunConfig.create("CartPole-v1")


@pytest.mark.parametrize("environment", ["", "  ", None, 5])
def test_that_an_empty_environment_id_is_refused(environment: Any) -> None:
    with pytest.raises(UsageError, match=r"^an environment id is needed"):
        RunConfig.create(environment)


@pytest.mark.parametrize(
    ("given_values", "message"),
    [
        ({"steps": 0}, "steps must be a whole number from 1"),
        ({"seed": -1}, "seed must be a whole number from 0"),
        ({"seed": True}, "seed must be"),
        ({"environment_count": 1000}, "environment_count must be a whole number from 1 to 256; got 1000."),
        ({"gamma": float("nan")}, "gamma must be a number from 0 to 1; got nan."),
        ({"gama": 0.9}, "unknown parameter 'gama'; did you mean gamma"),
        ({"hidden_sizes": (0,)}, "hidden_sizes must be whole numbers from 1 to 4096"),
    ],
)
def test_that_a_value_out_of_range_is_refused_by_name(given_values: dict[str, Any], message: str) -> None:
    with pytest.raises(UsageError) as caught:
        RunConfig.create("CartPole-v1", "ppo", **given_values)
    assert str(caught.value).startswith(message)


def test_that_a_hyperparameter_of_another_algorithm_is_unknown() -> None:
    with pytest.raises(UsageError, match="unknown parameter 'clip_range'"):
        RunConfig.create("CartPole-v1", "a2c", clip_range=0.1)
    assert "clip_range" in declaration("ppo").parameters


@pytest.mark.parametrize(
    "text",
    [
        "",
        "nonsense",
        "[]",
        "null",
        "{}",
        b"\xff\xfe",
        "[" * 100_000,
        RunConfig.create().to_json()[:-5],
        b'{"surprise": 1,' + RunConfig.create().to_json()[1:],
    ],
)
def test_that_text_that_is_no_configuration_is_refused(text: bytes | str) -> None:
    with pytest.raises(UsageError, match=r"^this is not a pgviz run configuration: "):
        RunConfig.from_json(text)


@pytest.mark.parametrize(
    "change",
    [
        {"algorithm": "sarsa"},
        {"steps": 0},
        {"steps": 2.5},
        {"seed": "0"},
        {"environment": ""},
        {"hyperparameters": {"gamma": 2}},
        {"hyperparameters": {"gamma": [1, 2]}},
        {"hyperparameters": {"unheard_of": 1}},
        {"hyperparameters": {"steps": 5}},
        {"hyperparameters": {"environment": "Acrobot-v1"}},
        {"hyperparameters": {"cls": 1}},
    ],
    ids=str,
)
def test_that_a_stored_configuration_is_validated_like_a_typed_one(change: dict[str, Any]) -> None:
    stored = msgspec.json.decode(RunConfig.create().to_json())
    with pytest.raises(UsageError):
        RunConfig.from_json(msgspec.json.encode(stored | change))


def test_that_a_stored_configuration_without_some_values_takes_the_defaults() -> None:
    config = RunConfig.create("CartPole-v1", seed=3)
    stored = msgspec.json.decode(config.to_json())
    assert RunConfig.from_json(msgspec.json.encode(stored | {"hyperparameters": {}})) == config
