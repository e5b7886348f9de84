"""The three panels of curves, on a model that was told of a run."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
import pytest
from PySide6.QtCore import QPointF
from pytestqt.qtbot import QtBot

from pgviz.config import RunConfig
from pgviz.gui.panels.curves import (
    EPSILON,
    NO_LOG_STD,
    STATE_LOG_STD,
    TEMPERATURE,
    WHOSE_ENTROPY,
    CurvePanel,
    EntropyPanel,
    LogStdPanel,
    ReturnPanel,
)
from pgviz.gui.run_model import RunModel
from pgviz.gui.theme import DARK
from pgviz.gui.widgets.thinning import Floats
from pgviz.session.notices import RunRewound
from pgviz.training.events import (
    ActionFactor,
    CategoricalDecision,
    EnvironmentFacts,
    EpisodeEnded,
    ParameterChanged,
    PolicyFacts,
    RunStarted,
    StateShown,
    StepDetail,
    UpdateApplied,
)
from tests import decisions


def cartpole() -> RunModel:
    environment = EnvironmentFacts(
        "CartPole-v1", "CartPole", "Box(4)", "Discrete(2)", ("left", "right"), reward_threshold=475.0
    )
    model = RunModel()
    policy = PolicyFacts("categorical", 4610, False, True, math.log(2))
    model.apply(RunStarted(0, RunConfig.create("CartPole-v1"), environment, policy))
    return model


def pendulum(dimensions: int = 1, uniform: float | None = math.log(4)) -> RunModel:
    labels = tuple(f"joint {index}" for index in range(dimensions))
    environment = EnvironmentFacts("Pendulum-v1", "Pendulum", "Box(3)", "Box(1)", labels)
    model = RunModel()
    policy = PolicyFacts("gaussian", 4610, True, True, uniform)
    model.apply(RunStarted(0, RunConfig.create("Pendulum-v1"), environment, policy))
    return model


def add_update(model: RunModel, update: int, likeliest: float | None, log_std: Floats | None) -> None:
    entropy = 0.69 - 0.01 * update
    model.apply(
        UpdateApplied(2048 * update, update, 1e-3, entropy, likeliest, log_std, 0, 0, 0, 0.01, 0.1, 0.5, 4)
    )


def add_episode(model: RunModel, episode: int, episode_return: float) -> None:
    model.apply(EpisodeEnded(20 * episode, 0, episode, 0, episode_return, 20, True, False))


def learner(algorithm: str, environment: EnvironmentFacts, policy: PolicyFacts) -> RunModel:
    model = RunModel()
    model.apply(RunStarted(0, RunConfig.create(environment.id, algorithm), environment, policy))
    return model


def dqn() -> RunModel:
    environment = EnvironmentFacts("CartPole-v1", "CartPole", "Box(4)", "Discrete(2)", ("left", "right"))
    return learner("dqn", environment, PolicyFacts("values", 4610, False, True, math.log(2)))


def sac() -> RunModel:
    environment = EnvironmentFacts("Pendulum-v1", "Pendulum", "Box(3)", "Box(1)", ("torque",), (-2.0,), (2.0,))
    return learner("sac", environment, PolicyFacts("gaussian", 4610, True, True, math.log(4)))


def reach(parts: int = 8, options: int = 7) -> RunModel:
    factors = tuple(ActionFactor(f"joint {part}", tuple(map(str, range(options)))) for part in range(parts))
    environment = EnvironmentFacts("CartPole-v1", "Reach", "Box(4)", "MultiDiscrete", (), factors=factors)
    return learner("ppo", environment, PolicyFacts("factored", 4610, False, True, parts * math.log(options)))


def add_off_policy(model: RunModel, step: int, epsilon: float | None, temperature: float | None) -> None:
    log_std = None if temperature is None else np.zeros(1)
    model.apply(
        UpdateApplied(step, step, 1e-3, 0.5, 0.8, log_std, 0, 0, 0, None, None, 0.5, 1, epsilon, temperature)
    )


def shown(qtbot: QtBot, panel: CurvePanel, model: RunModel) -> None:
    qtbot.addWidget(panel)
    panel.resize(380, 320)
    panel.show()
    assert model.started is not None
    panel.begin(model.started)
    panel.refresh(model)


def points(panel: CurvePanel, name: str) -> tuple[Floats, Floats]:
    trace = panel.curve._traces[name]
    return trace.x, trace.y


def test_that_entropy_is_drawn_beside_that_of_the_uniform_policy(qtbot: QtBot) -> None:
    model, panel = cartpole(), EntropyPanel()
    add_update(model, 1, 0.5, None)
    add_update(model, 2, 0.5, None)
    shown(qtbot, panel, model)
    np.testing.assert_allclose(points(panel, "entropy"), ([2048, 4096], [0.68, 0.67]))
    assert panel.curve.notes.references == [(math.log(2), "uniform: ln 2 = 0.693")]


def test_that_after_going_back_what_happened_instead_is_drawn(qtbot: QtBot) -> None:
    model, panel = cartpole(), EntropyPanel()
    for update in (1, 2, 3):
        add_update(model, update, 0.5, None)
    shown(qtbot, panel, model)
    model.apply(RunRewound(2048, 0, 1))
    panel.refresh(model)  # as the pump does at once
    np.testing.assert_allclose(points(panel, "entropy"), ([2048], [0.68]))
    # As many updates again, at the same steps: only their values tell that they are others.
    for step in (4096, 6144):
        model.apply(UpdateApplied(step, step // 2048, 1e-3, 0.1, 0.5, None, 0, 0, 0, 0.01, 0.1, 0.5, 4))
    panel.refresh(model)
    np.testing.assert_allclose(points(panel, "entropy"), ([2048, 4096, 6144], [0.68, 0.1, 0.1]))

    model.apply(RunRewound(2048, 0, 1))
    for step in (4096, 6144):
        model.apply(UpdateApplied(step, step // 2048, 1e-3, 0.2, 0.5, None, 0, 0, 0, 0.01, 0.1, 0.5, 4))
    panel.refresh(model)
    np.testing.assert_allclose(points(panel, "entropy"), ([2048, 4096, 6144], [0.68, 0.2, 0.2]))


@pytest.mark.parametrize(
    ("uniform", "reference"), [(math.log(4), [(math.log(4), "uniform over the bounds: 1.39")]), (None, [])]
)
def test_that_the_uniform_entropy_of_a_box_is_shown_where_it_has_bounds(
    qtbot: QtBot, uniform: float | None, reference: list[tuple[float, str]]
) -> None:
    model, panel = pendulum(uniform=uniform), EntropyPanel()
    shown(qtbot, panel, model)
    assert panel.curve.notes.references == reference


def test_that_the_entropy_of_the_present_state_is_read_out(qtbot: QtBot) -> None:
    model, panel = cartpole(), EntropyPanel()
    decision = CategoricalDecision(np.zeros(4), None, 0.5004, None, np.full(2, 0.5), np.zeros(2), None)
    shown(qtbot, panel, model)
    panel.show_step(StateShown(0, StepDetail(0, 1, 0, decision, None, False, False, 0.0, None)))
    assert panel.curve.value.text() == "now 0.50 nats"

    assert model.started is not None
    panel.begin(model.started)
    assert panel.curve.value.text() == ""


def test_that_log_std_has_a_curve_for_each_action_dimension(qtbot: QtBot) -> None:
    model, panel = pendulum(3), LogStdPanel()
    add_update(model, 1, None, np.array([0.0, -1.0, -2.0]))
    shown(qtbot, panel, model)
    assert [points(panel, f"joint {index}")[1][-1] for index in range(3)] == [0.0, -1.0, -2.0]
    assert panel.curve.legend.accessibleName() == "Curves: joint 0, joint 1, joint 2"
    assert panel.curve.caption.isHidden()
    assert panel.curve.value.text() == "mean σ 0.501"


def test_that_a_softmax_policy_shows_its_likeliest_action_and_says_why(qtbot: QtBot) -> None:
    model, panel = cartpole(), LogStdPanel()
    add_update(model, 1, 0.75, None)
    shown(qtbot, panel, model)
    assert panel.curve.caption.text() == NO_LOG_STD["categorical"]
    assert panel.curve.caption.isVisible()
    assert points(panel, "likeliest action")[1] == [0.75]
    low, high = panel.curve.view.viewRange()[1]
    assert low <= 0
    assert 1 <= high < 1.2


@pytest.mark.parametrize("make", [EntropyPanel, LogStdPanel, ReturnPanel])
def test_that_turned_knobs_are_marked_by_their_symbol(qtbot: QtBot, make: Callable[[], CurvePanel]) -> None:
    model, panel = cartpole(), make()
    model.apply(ParameterChanged(100, "learning_rate", 0.001, 0.01))
    model.apply(ParameterChanged(200, "epochs", 10, 4))
    shown(qtbot, panel, model)
    assert panel.curve.notes.marks == [(100, "α 0.001 → 0.01"), (200, "Epochs 10 → 4")]


@pytest.mark.parametrize("make", [EntropyPanel, LogStdPanel, ReturnPanel])
def test_that_another_run_starts_with_an_empty_plot(qtbot: QtBot, make: Callable[[], CurvePanel]) -> None:
    model, panel = pendulum(), make()
    add_update(model, 1, None, np.zeros(1))
    add_episode(model, 1, -1200.0)
    model.apply(ParameterChanged(100, "learning_rate", 0.001, 0.01))
    shown(qtbot, panel, model)
    assert panel.curve.plot.isVisible()
    other = cartpole()
    assert other.started is not None
    panel.begin(other.started)
    panel.refresh(other)
    assert panel.curve.empty.isVisible()
    assert not panel.curve.notes.marks
    assert panel.curve.value.text() == ""


@pytest.mark.parametrize("make", [EntropyPanel, LogStdPanel, ReturnPanel])
def test_that_a_panel_out_of_sight_draws_nothing_until_it_is_seen(
    qtbot: QtBot, make: Callable[[], CurvePanel]
) -> None:
    model, panel = cartpole(), make()
    add_update(model, 1, 0.5, None)
    add_episode(model, 1, 20.0)
    shown(qtbot, panel, cartpole())
    panel.hide()
    panel.refresh(model)
    assert all(not len(trace.x) for trace in panel.curve._traces.values())
    panel.show()
    panel.refresh(model)
    assert all(len(trace.x) for trace in panel.curve._traces.values())


@pytest.mark.parametrize("make", [EntropyPanel, LogStdPanel, ReturnPanel])
def test_that_a_panel_without_a_run_can_be_drawn_and_recoloured(
    qtbot: QtBot, make: Callable[[], CurvePanel]
) -> None:
    panel = make()
    qtbot.addWidget(panel)
    panel.show()
    panel.refresh(RunModel())
    panel.apply_theme(DARK)
    panel.grab()
    assert panel.curve.empty.isVisible()


def test_that_a_value_based_agent_shows_its_exploration_beside_its_likeliest_action(qtbot: QtBot) -> None:
    model, panel = dqn(), LogStdPanel()
    add_off_policy(model, 100, 1.0, None)
    add_off_policy(model, 200, 0.25, None)
    shown(qtbot, panel, model)
    np.testing.assert_allclose(points(panel, EPSILON), ([100, 200], [1.0, 0.25]))
    np.testing.assert_allclose(points(panel, "likeliest action")[1], [0.8, 0.8])
    assert panel.curve.value.text() == "max π 0.80  ·  ε 0.25"
    assert panel.curve.caption.text() == NO_LOG_STD["values"]


def test_that_exploration_without_an_epsilon_leaves_it_out(qtbot: QtBot) -> None:
    model, panel = dqn(), LogStdPanel()
    add_off_policy(model, 100, None, None)
    shown(qtbot, panel, model)
    assert not len(points(panel, EPSILON)[0])
    assert panel.curve.value.text() == "max π 0.80"


def test_that_the_entropy_of_a_value_based_agent_is_that_of_its_behaviour(qtbot: QtBot) -> None:
    model, panel = dqn(), EntropyPanel()
    add_off_policy(model, 100, 1.0, None)
    shown(qtbot, panel, model)
    assert panel.curve.caption.text() == WHOSE_ENTROPY["values"]
    assert panel.curve.notes.references == [(math.log(2), "uniform: ln 2 = 0.693")]
    assert not panel.curve.plot.getAxis("right").isVisible()


def test_that_a_learned_temperature_has_a_scale_of_its_own(qtbot: QtBot) -> None:
    model, panel = sac(), EntropyPanel()
    for step, temperature in ((100, 1.0), (200, 0.1), (300, 0.02)):
        add_off_policy(model, step, None, temperature)
    shown(qtbot, panel, model)
    panel.show_step(decisions.shown(decisions.gaussian([0.0], [1.0])))
    assert panel.curve.plot.getAxis("right").isVisible()
    assert panel.curve.value.text() == "now 0.70 nats  ·  α 0.02"
    right = panel.curve._right
    assert (right.low, right.high) == (-2, 0)
    # 1 is at the top of the plot, 0.01 near its bottom, and 0.1 halfway.
    item = panel.curve._traces[TEMPERATURE].item
    one, tenth, hundredth = (item.mapToParent(0, power).y() for power in (0, -1, -2))
    bottom, top = panel.curve.view.viewRange()[1]
    assert bottom < hundredth < tenth < one < top
    assert tenth == pytest.approx((one + hundredth) / 2)


def test_that_a_learned_temperature_has_a_target_in_the_environment_s_units(qtbot: QtBot) -> None:
    model, panel = sac(), EntropyPanel()
    shown(qtbot, panel, model)
    # -1 for the one dimension, in which an action of 1 means a torque of 2.
    target = -1.0 + math.log(2.0)
    value, text = panel.curve.notes.references[1]
    assert value == pytest.approx(target)
    assert text == "target: −0.31"
    model.apply(ParameterChanged(100, "target_entropy", None, 0.0))
    panel.refresh(model)
    assert panel.curve.notes.references[1][1] == "target: 0.69"


def test_that_a_dimension_with_one_action_leaves_the_target_a_number(qtbot: QtBot) -> None:
    environment = EnvironmentFacts("Pendulum-v1", "P", "Box(3)", "Box(2)", ("a", "b"), (-2.0, 0.5), (2.0, 0.5))
    model = learner("sac", environment, PolicyFacts("gaussian", 4610, True, True, math.log(8)))
    panel = EntropyPanel()
    shown(qtbot, panel, model)
    assert panel.curve.notes.references[1][0] == pytest.approx(-2.0 + math.log(2.0))


def test_that_hovering_tells_the_temperature_itself(qtbot: QtBot) -> None:
    model, panel = sac(), EntropyPanel()
    add_off_policy(model, 100, None, 0.02)
    add_off_policy(model, 200, None, 0.01)
    shown(qtbot, panel, model)
    qtbot.wait(20)
    panel.curve._hover(panel.curve.view.mapToScene(panel.curve.view.mapFromView(QPointF(100, 0.5))))
    assert "0.02" in panel.curve.hover_text()


def test_that_several_choices_are_compared_with_all_of_them_uniform(qtbot: QtBot) -> None:
    model, entropy, log_std = reach(), EntropyPanel(), LogStdPanel()
    add_update(model, 1, 0.25**8, None)
    shown(qtbot, entropy, model)
    shown(qtbot, log_std, model)
    assert entropy.curve.notes.references == [(8 * math.log(7), "uniform in every part: 15.57")]
    assert entropy.curve.caption.text() == WHOSE_ENTROPY["factored"]
    assert log_std.curve.caption.text() == NO_LOG_STD["factored"]
    # The geometric mean of the parts' own: the 8th root of the whole action's.
    assert points(log_std, "likeliest action")[1] == pytest.approx([0.25])
    assert log_std.curve.value.text() == "max π 0.25"


def test_that_the_uniform_policy_is_said_to_be_over_all_while_illegal_actions_are_ruled_out(qtbot: QtBot) -> None:
    environment = EnvironmentFacts(
        "pgviz/MaskedGrid-v0", "Grid", "Box", "Discrete(4)", tuple("nesw"), has_masks=True
    )
    model = learner("ppo", environment, PolicyFacts("categorical", 4610, False, True, math.log(4)))
    panel = EntropyPanel()
    shown(qtbot, panel, model)
    assert panel.curve.notes.references == [(math.log(4), "uniform over all: ln 4 = 1.386")]

    model.apply(ParameterChanged(100, "action_mask", True, False))
    panel.refresh(model)
    assert panel.curve.notes.references == [(math.log(4), "uniform: ln 4 = 1.386")]


def test_that_a_log_std_of_the_state_is_said_to_be_a_mean(qtbot: QtBot) -> None:
    for model, caption in ((sac(), STATE_LOG_STD), (pendulum(), "")):
        panel = LogStdPanel()
        add_update(model, 1, None, np.zeros(1))
        shown(qtbot, panel, model)
        assert panel.curve.caption.text() == caption
        assert len(points(panel, "torque" if caption else "joint 0")[0]) == 2


def test_that_another_kind_of_run_takes_its_scale_and_its_words_away(qtbot: QtBot) -> None:
    model, panel = sac(), EntropyPanel()
    add_off_policy(model, 100, None, 0.5)
    shown(qtbot, panel, model)
    other = cartpole()
    assert other.started is not None
    panel.begin(other.started)
    panel.refresh(other)
    assert not panel.curve.plot.getAxis("right").isVisible()
    assert not panel.curve.caption.text()
    assert len(panel.curve.notes.references) == 1
