"""What a person left waiting is said wherever the run comes to wait, and so after going back too."""

from __future__ import annotations

from pgviz.recording.encoding import decode, encode
from pgviz.session import commands
from pgviz.session.notices import RunRewound, RunWaits
from pgviz.training.events import ParameterChanged
from pgviz.training.interventions import ForceAction
from tests.session.driver import Driver, hosted
from tests.session.test_debugging_commands import go, set_up

FORCED = ((1, (1.0,)),)


def last(driver: Driver) -> RunWaits:
    return driver.of(RunWaits)[-1]


def resume_from(driver: Driver, step: int) -> None:
    count = len(driver.of(RunRewound))
    waited = len(driver.of(RunWaits))
    driver.post(commands.LookBack(step), commands.ResumeHere())
    driver.wait_for(lambda _: len(driver.of(RunRewound)) > count and len(driver.of(RunWaits)) > waited)


def test_that_an_action_forced_before_an_update_is_said_after_going_back_behind_it_and_taken_back() -> None:
    with hosted() as driver:
        set_up(driver)
        go(driver, commands.RunTo("step", 32))  # a rollout is full, and the update is to come
        driver.post(commands.Intervene(ForceAction(1, (1.0,))))
        driver.wait_for(lambda _: last(driver).forced == FORCED)
        go(driver, commands.StepMinibatch())
        assert last(driver).forced == FORCED
        go(driver, commands.StepUpdate())
        go(driver, commands.RunTo("step", 40))
        assert last(driver).forced == ()

        resume_from(driver, 34)
        assert (last(driver).step, last(driver).forced) == (32, FORCED)
        driver.post(commands.Intervene(ForceAction(1, ())))
        driver.wait_for(lambda _: last(driver).forced == ())

        resume_from(driver, 32)  # where it had not been forced yet
        assert last(driver).forced == ()


def test_that_a_knob_that_waits_is_said_after_going_back_and_one_undone_is_not_in_force() -> None:
    with hosted() as driver:
        set_up(driver, gamma=0.98)
        go(driver, commands.RunTo("step", 8))
        driver.post(commands.SetParameter("gamma", 0.5))
        go(driver, commands.RunTo("step", 32))
        go(driver, commands.StepUpdate())
        driver.post(commands.SetParameter("gamma", 0.6))
        go(driver, commands.RunTo("step", 40))
        assert [each.value for each in driver.of(ParameterChanged)] == [0.6]
        assert last(driver).asked == {}

        resume_from(driver, 34)
        values = driver.of(RunRewound)[-1].values
        assert values is not None
        assert (values["gamma"], last(driver).asked) == (0.98, {"gamma": 0.5})

        resume_from(driver, 16)
        assert last(driver).asked == {"gamma": 0.5}
        resume_from(driver, 4)
        assert last(driver).asked == {}


def test_that_what_waits_is_recorded() -> None:
    with hosted() as driver:
        set_up(driver)
        driver.post(commands.SetParameter("gamma", 0.5), commands.Intervene(ForceAction(1, (1.0,))))
        driver.wait_for(lambda _: last(driver).forced)
        read = decode(RunWaits, encode(last(driver)))
    assert isinstance(read, RunWaits)
    assert (read.forced, read.asked) == (FORCED, {"gamma": 0.5})
