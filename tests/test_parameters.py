from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pgviz.config import RUN_PARAMETERS
from pgviz.errors import UsageError
from pgviz.hyperparameters import AlgorithmDeclaration, algorithms, declaration
from pgviz.parameters import Parameter, ParameterSet, unknown

DECLARED = [
    pytest.param(parameter, id=f"{owner}-{parameter.name}")
    for owner, parameters in [("run", RUN_PARAMETERS), *((each.name, each.parameters) for each in algorithms())]
    for parameter in parameters.values()
]

RATE = Parameter("rate", 0.1, "Rate", "How fast.", low=0.0, high=1.0)
COUNT = Parameter("count", 3, "Count", "How many.", kind="integer", low=1, high=10)
FLAG = Parameter("flag", True, "Flag", "Whether.", kind="flag")
CHOICE = Parameter("colour", "red", "Colour", "Which.", kind="choice", choices=("red", "blue"))
SIZES = Parameter("sizes", (64, 64), "Sizes", "How wide.", kind="sizes", low=1, high=4096)
OPTIONAL = Parameter("limit", None, "Limit", "How far.", low=0.1, high=2.0, optional=True)


@pytest.mark.parametrize("parameter", DECLARED)
def test_that_every_default_is_allowed_by_its_own_declaration(parameter: Parameter) -> None:
    assert parameter.validate(parameter.default) == parameter.default


@pytest.mark.parametrize("parameter", DECLARED)
def test_that_every_default_reads_back_as_it_is_written(parameter: Parameter) -> None:
    assert parameter.parse(parameter.format(parameter.default)) == parameter.default


@pytest.mark.parametrize("parameter", DECLARED)
def test_that_every_help_text_is_made_of_sentences(parameter: Parameter) -> None:
    assert parameter.help[0].isupper()
    assert parameter.help.endswith(".")
    assert len(parameter.help.split()) >= 4
    assert parameter.label[0].isupper()


@pytest.mark.parametrize("parameter", DECLARED)
def test_that_every_number_has_a_finite_range_that_suits_its_scale(parameter: Parameter) -> None:
    if parameter.kind in {"float", "integer", "sizes"}:
        assert math.isfinite(parameter.low)
        assert math.isfinite(parameter.high)
        assert parameter.low < parameter.high
    if parameter.scale == "log":
        assert parameter.low > 0
    if parameter.scale == "cubic":
        assert parameter.low >= 0


@pytest.mark.parametrize(
    ("parameter", "said", "briefly"),
    [
        (RATE, "a number from 0 to 1", "0 to 1"),
        (COUNT, "a whole number from 1 to 10", "1 to 10"),
        (RUN_PARAMETERS["seed"], "a whole number from 0 to 2147483647", "0 to 2147483647"),
        (RUN_PARAMETERS["steps"], "a whole number from 1 to 10000000000", "1 to 10000000000"),
        (FLAG, "true or false", "true or false"),
        (CHOICE, "red or blue", "red or blue"),
        (SIZES, "whole numbers from 1 to 4096, such as 64,64", "1 to 4096"),
        (OPTIONAL, "a number from 0.1 to 2, or none", "0.1 to 2 or none"),
    ],
)
def test_that_the_allowed_values_are_said_as_a_person_would_type_them(
    parameter: Parameter, said: str, briefly: str
) -> None:
    assert (parameter.range_text, parameter.span) == (said, briefly)


@pytest.mark.parametrize("parameter", DECLARED)
def test_that_every_choice_has_words_and_nothing_else_has(parameter: Parameter) -> None:
    assert (len(parameter.choices) >= 2) == (parameter.kind == "choice")


@pytest.mark.parametrize("declared", algorithms(), ids=lambda each: each.name)
def test_that_every_algorithm_can_be_steered_by_the_sliders(declared: AlgorithmDeclaration) -> None:
    assert declared.parameters["learning_rate"].live == "minibatch"
    if declared.name in ("ppo", "a2c", "reinforce"):
        assert declared.parameters["initial_std"].live == "update"
        assert declared.parameters["entropy_coefficient"].live == "minibatch"


def test_that_no_hyperparameter_has_the_name_of_a_run_parameter() -> None:
    for declared in algorithms():
        assert not set(declared.parameters) & set(RUN_PARAMETERS)


@pytest.mark.parametrize(
    ("parameter", "text", "value"),
    [
        (RATE, "1e-3", 1e-3),
        (RATE, " 1 ", 1.0),
        (COUNT, "1e1", 10),
        (COUNT, "+2", 2),
        (FLAG, "Off", False),
        (FLAG, "1", True),
        (CHOICE, "blue", "blue"),
        (SIZES, "32", (32,)),
        (SIZES, "32x16", (32, 16)),
        (SIZES, "32, 16", (32, 16)),
        (OPTIONAL, "None", None),
        (OPTIONAL, "0.1", 0.1),
    ],
)
def test_that_what_a_person_types_is_read_as_the_parameters_own_type(
    parameter: Parameter, text: str, value: object
) -> None:
    read = parameter.parse(text)
    assert read == value
    assert type(read) is type(value)


@pytest.mark.parametrize(
    ("parameter", "text"),
    [
        (RATE, "1.01"),
        (RATE, "-0.1"),
        (RATE, "nan"),
        (RATE, "inf"),
        (RATE, ""),
        (RATE, "fast"),
        (RATE, "none"),
        (COUNT, "0"),
        (COUNT, "2.5"),
        (COUNT, "nan"),
        (COUNT, "1e400"),
        (COUNT, "9" * 400),
        (COUNT, "9" * 5000),
        (COUNT, "²"),
        (FLAG, "maybe"),
        (CHOICE, "green"),
        (CHOICE, "Red"),
        (SIZES, "64,0"),
        (SIZES, "64,-1"),
        (SIZES, "64.5"),
        (SIZES, ""),
        (SIZES, "64;64"),
        (SIZES, "64x"),
        (SIZES, "64,,64"),
        (SIZES, ",64"),
        (OPTIONAL, "3"),
        (OPTIONAL, "off"),
    ],
)
def test_that_a_value_that_is_ruled_out_is_refused_with_its_name_and_range(
    parameter: Parameter, text: str
) -> None:
    with pytest.raises(UsageError) as caught:
        parameter.parse(text)
    assert str(caught.value).startswith(f"{parameter.name} must be {parameter.range_text}; got ")


@pytest.mark.parametrize(
    ("parameter", "value"),
    [
        (RATE, True),
        (RATE, "0.5"),
        (RATE, None),
        (RATE, 10**400),
        (COUNT, 10**400),
        (COUNT, False),
        (COUNT, 2.5),
        (FLAG, 1),
        (CHOICE, 1),
        (SIZES, 64),
        (SIZES, "64"),
        (SIZES, (64, None)),
        (SIZES, ()),
    ],
)
def test_that_a_value_of_the_wrong_type_is_refused(parameter: Parameter, value: object) -> None:
    with pytest.raises(UsageError, match=f"^{parameter.name} must be "):
        parameter.validate(value)


@given(st.text(max_size=20))
def test_that_any_text_is_either_read_or_refused(text: str) -> None:
    for parameter in (RATE, COUNT, FLAG, CHOICE, SIZES, OPTIONAL):
        try:
            value = parameter.parse(text)
        except UsageError:
            continue
        assert parameter.validate(value) == value


@given(st.floats(0.0, 1.0))
def test_that_a_formatted_number_is_read_back_to_six_digits(number: float) -> None:
    read = RATE.parse(RATE.format(number))
    assert isinstance(read, float)
    assert math.isclose(read, number, rel_tol=1e-5)


def test_that_a_name_declared_twice_is_a_mistake() -> None:
    with pytest.raises(ValueError, match="rate is declared twice"):
        ParameterSet((RATE, RATE))


def test_that_what_is_not_given_takes_its_default() -> None:
    assert ParameterSet((RATE, COUNT)).resolve({"count": 5}) == {"rate": 0.1, "count": 5}


def test_that_an_unknown_name_is_answered_with_the_nearest() -> None:
    with pytest.raises(UsageError, match=r"^unknown parameter 'gama'; did you mean gamma\?$"):
        declaration("ppo").parameters["gama"]


def test_that_an_unknown_algorithm_is_answered_with_those_that_exist() -> None:
    with pytest.raises(UsageError, match=r"^unknown algorithm 'sarsa'; known: ppo, a2c, reinforce"):
        declaration("sarsa")


def test_that_a_name_in_other_letters_is_recognised() -> None:
    assert unknown("environment", "cartpole-V1", ["CartPole-v1"]) == (
        "unknown environment 'cartpole-V1'; did you mean CartPole-v1?"
    )
