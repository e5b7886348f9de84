"""Whatever a file says of a wait that the checks let through can be shown."""

from __future__ import annotations

import random
from copy import deepcopy
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import pytest
from pytestqt.qtbot import QtBot

from pgviz.errors import PgvizError
from pgviz.gui.panels.probes import ProbesPanel
from pgviz.gui.panels.recorded_microscope import RecordedMicroscope
from pgviz.gui.panels.recorded_what_if import RecordedWhatIf
from pgviz.gui.run_model import RunModel
from pgviz.recording.encoding import DEFLATED, PLAIN, decode, encode, inflate
from pgviz.recording.schema import LARGEST_EVENT
from pgviz.session.notices import MinibatchExamined, ProbesShown, RecordedWait, RunWaits, ValuesEstimated
from pgviz.session.recorded import open_recording
from pgviz.session.recorded_wait import with_look
from pgviz.session.tape_checks import require_fitting, require_tried
from pgviz.training.events import Event, RunStarted
from pgviz.training.examination import ActionValues
from tests.mutations import ODD
from tests.session.looked_into import record_looks

SEEDS = 400
KINDS = (RunWaits, MinibatchExamined, ValuesEstimated, ProbesShown)
WRITABLE = [each for each in ODD if not isinstance(each, int) or each < 2**63]
NUMBERS = (float("nan"), float("inf"), -float("inf"), 1e300, -1e300, 0.0, -1.0, 1e-300)


@pytest.fixture(scope="module")
def honest(tmp_path_factory: pytest.TempPathFactory) -> tuple[RunStarted, dict[type[Event], list[Event]]]:
    """What a run said of itself, and what was looked at in it."""
    path: Path = tmp_path_factory.mktemp("recordings") / "looked into.pgviz"
    record_looks(path)
    with open_recording(path) as recording:
        events = [each.event for each in recording.events()]
        return recording.started, {kind: [each for each in events if type(each) is kind] for kind in KINDS}


def oddly(event: Event, draw: random.Random) -> Event:
    """The event with something odd in one to three places."""
    body = encode(event)
    plain = body[1:] if body[:1] == PLAIN else inflate(body[1:], LARGEST_EVENT)
    assert body[:1] in (PLAIN, DEFLATED)
    document = msgspec.msgpack.decode(plain)
    for _ in range(draw.choice((1, 1, 2, 3))):
        ways = list(_places(document))
        inside, key = draw.choice(ways)
        inside[key] = _odd(inside[key], draw)
    return decode(type(event), PLAIN + msgspec.msgpack.encode(document))


def _places(value: Any) -> Any:
    entries = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, each in entries:
        yield value, key
        if not _is_array(each):
            yield from _places(each)


def _is_array(value: Any) -> bool:
    return isinstance(value, list) and len(value) == 3 and isinstance(value[2], bytes)


def _odd(value: Any, draw: random.Random) -> Any:
    if not _is_array(value):
        return deepcopy(draw.choice((*WRITABLE, *NUMBERS)))
    array = np.frombuffer(value[2], value[0]).reshape(value[1]).copy()
    how = draw.randrange(4)
    if how == 0:
        array = array[: draw.randrange(len(array) + 1)] if array.ndim else array
    elif how == 1:
        array = np.concatenate([array, array]) if array.ndim else array
    elif array.size and array.dtype.kind == "f":
        with np.errstate(over="ignore", under="ignore"):
            array.flat[draw.randrange(array.size)] = np.array(draw.choice(NUMBERS)).astype(array.dtype)
    elif array.size:
        array = (array * draw.choice((-1, 0, 3, 100))).astype(array.dtype)
    return [value[0], list(array.shape), array.tobytes()]


@pytest.mark.parametrize("kind", KINDS)
def test_that_what_the_checks_let_through_is_shown(
    honest: tuple[RunStarted, dict[type[Event], list[Event]]], kind: type[Event], qtbot: QtBot
) -> None:
    started, known = honest
    microscope, what_if, probes = RecordedMicroscope(), RecordedWhatIf(), ProbesPanel()
    probes.expect_recording()
    for panel in (microscope, what_if, probes):
        qtbot.addWidget(panel)
        panel.resize(600, 400)
        panel.begin(started)
        panel.show()
    passed = 0
    for seed in range(SEEDS):
        draw = random.Random(seed)
        try:
            event = oddly(draw.choice(known[kind]), draw)
            require_fitting(started, event)
            waits = event if isinstance(event, RunWaits) else _waits(known, event)
            if isinstance(event, ValuesEstimated):
                require_tried(waits.decision, event.values)
        except PgvizError:
            continue
        passed += 1
        wait = with_look(_look(known, RecordedWait(waits)), event)
        microscope.show_recorded(wait)
        what_if.show_recorded(wait)
        if isinstance(event, ProbesShown):
            probes.show_probes(event)
            probes.refresh(RunModel())
        if passed % 10 == 0:
            for panel in (microscope, what_if, probes):
                panel.grab()
    assert passed > SEEDS / 40


def _waits(known: dict[type[Event], list[Event]], event: Event) -> RunWaits:
    """Where the run waited when that was looked at."""
    found = [each for each in known[RunWaits] if isinstance(each, RunWaits) and each.step == event.step]
    return found[-1] if found else known[RunWaits][-1]  # type: ignore[return-value]


def _look(known: dict[type[Event], list[Event]], wait: RecordedWait) -> RecordedWait:
    """The wait with an honest estimate in it, so that there is something to draw."""
    (event,) = known[ValuesEstimated]
    assert isinstance(event, ValuesEstimated)
    values = ActionValues(event.values.samples, event.values.returns_AR, event.values.cut_off)
    return RecordedWait(wait.waits, values=(values,))
