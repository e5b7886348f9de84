from __future__ import annotations

import zlib

import msgspec
import numpy as np
import pytest

from pgviz.policies.decision import CategoricalDecision
from pgviz.recording.encoding import DEFLATED, PLAIN, decode, encode
from pgviz.recording.schema import LARGEST_EVENT, RecordingError
from pgviz.session.notices import ProbesShown, RunWaits
from pgviz.training.events import EpisodeEnded, ParameterChanged, RunStarted, UpdateApplied
from tests.decisions import categorical
from tests.recording.samples import every_event, same


def test_that_an_event_of_every_kind_comes_back_as_it_was() -> None:
    kinds = set()
    for event in every_event():
        back = decode(type(event), encode(event))
        assert same(event, back), f"{event}\n{back}"
        kinds.add(type(event).__name__)
    assert len(kinds) == 24


@pytest.mark.parametrize("value", [3, 3.0, True, "linear", (64, 64), None])
def test_that_a_knob_keeps_the_type_of_its_value(value: object) -> None:
    event = ParameterChanged(5, "name", None, value)  # type: ignore[arg-type]
    back = decode(ParameterChanged, encode(event))
    assert isinstance(back, ParameterChanged)
    assert same(back.value, value)


def test_that_numbers_of_numpy_are_numbers() -> None:
    event = EpisodeEnded(np.int64(8), 0, 1, 3, np.float32(1.5), 12, np.bool_(True), False)  # type: ignore[arg-type]
    assert decode(EpisodeEnded, encode(event)) == EpisodeEnded(8, 0, 1, 3, 1.5, 12, True, False)


def test_that_arrays_that_are_not_contiguous_or_of_another_byte_order_keep_their_values() -> None:
    array = np.arange(12, dtype=">f8").reshape(3, 4)[:, ::2]
    event = next(each for each in every_event() if isinstance(each, UpdateApplied))
    fields = {name: getattr(event, name) for name in type(event).__slots__ if name != "step"}
    back = decode(UpdateApplied, encode(UpdateApplied(1, **(fields | {"log_std": array}))))
    assert isinstance(back, UpdateApplied)
    np.testing.assert_array_equal(back.log_std, array)


def test_that_fields_of_a_later_version_are_passed_over() -> None:
    body = msgspec.msgpack.encode({"step": 3, "name": "a", "previous": 1, "value": 2, "mood": ["good"]})
    assert decode(ParameterChanged, PLAIN + body) == ParameterChanged(3, "a", 1, 2)


def _body(**changes: object) -> bytes:
    return PLAIN + msgspec.msgpack.encode({"step": 3, "name": "a", "previous": 1, "value": 2} | changes)


@pytest.mark.parametrize(
    "body",
    [
        b"",
        PLAIN,
        b"\x07abc",
        PLAIN + b"\xc1",
        PLAIN + b"\xdf\xff\xff\xff\xff",
        PLAIN + b"\x91" * 100_000,
        DEFLATED + b"not zlib",
        DEFLATED + zlib.compress(b"\x80")[:-3],
        _body(step="three"),
        _body(name=5),
        _body(value={"a": 1}),
        _body() + b"more",
    ],
    ids=lambda body: repr(body[:12]),
)
def test_that_what_is_not_such_an_event_is_one_fault(body: bytes) -> None:
    with pytest.raises(RecordingError, match="a ParameterChanged cannot be read"):
        decode(ParameterChanged, body)


def test_that_a_bomb_is_refused_before_it_goes_off() -> None:
    with pytest.raises(RecordingError, match="larger"):
        decode(ParameterChanged, DEFLATED + zlib.compress(b"\x00" * (LARGEST_EVENT + 1)))


def _decision(**changes: object) -> bytes:
    decision = categorical([0.0, 1.0, 2.0])
    body = msgspec.msgpack.decode(encode(ProbesShown(1, 0, {1: decision}))[1:])
    body["decisions"][1][1] |= changes
    return PLAIN + msgspec.msgpack.encode(body)


@pytest.mark.parametrize(
    "changes",
    [
        {"chosen": 3},
        {"chosen": -1},
        {"logits_A": ["<f8", [2], bytes(16)]},
        {"logits_A": ["<f8", [3, 1], bytes(24)]},
        {"logits_A": ["<f8", [3], bytes(16)]},
        {"logits_A": ["<f8", [-1, -3], bytes(24)]},
        {"logits_A": ["<f8", [2**62, 4], b""]},
        {"logits_A": ["|O", [3], bytes(24)]},
        {"logits_A": ["|V8", [3], bytes(24)]},
        {"logits_A": [0.0, 1.0, 2.0]},
        {"mask_A": ["<f8", [3], bytes(24)]},
        {"observation": ["<f8", [1] * 40, bytes(8)]},
    ],
    ids=str,
)
def test_that_a_decision_that_does_not_hold_together_is_refused(changes: dict[str, object]) -> None:
    assert isinstance(decode(ProbesShown, _decision()), ProbesShown)
    with pytest.raises(RecordingError, match="cannot be read"):
        decode(ProbesShown, _decision(**changes))


def test_that_no_class_can_be_named_but_those_declared() -> None:
    body = msgspec.msgpack.decode(_decision()[1:])
    body["decisions"][1][0] = "RunConfig"
    with pytest.raises(RecordingError, match="not known"):
        decode(ProbesShown, PLAIN + msgspec.msgpack.encode(body))


def test_that_a_configuration_is_validated() -> None:
    event = next(each for each in every_event() if isinstance(each, RunStarted))
    packed = encode(event)
    body = msgspec.msgpack.decode(zlib.decompress(packed[1:]) if packed[:1] == DEFLATED else packed[1:])
    body["config"] = body["config"].replace('"seed"', '"sead"')
    with pytest.raises(RecordingError, match="cannot be read"):
        decode(RunStarted, PLAIN + msgspec.msgpack.encode(body))


def test_that_what_is_read_cannot_be_written_into() -> None:
    back = decode(ProbesShown, _decision())
    assert isinstance(back, ProbesShown)
    decision = back.decisions[1]
    assert isinstance(decision, CategoricalDecision)
    assert not decision.probabilities_A.flags.writeable


def test_that_what_an_older_file_lacks_is_what_it_is_by_default() -> None:
    body = msgspec.msgpack.decode(_decision()[1:])
    del body["names"]
    back = decode(ProbesShown, PLAIN + msgspec.msgpack.encode(body))
    assert isinstance(back, ProbesShown)
    assert back.names == {}
    waits = {"step": 3, "environment_index": 0, "decision": body["decisions"][1], "minibatch": None}
    old = decode(RunWaits, PLAIN + msgspec.msgpack.encode(waits))
    assert isinstance(old, RunWaits)
    assert (old.value, old.forced, old.asked) == (None, (), {})
