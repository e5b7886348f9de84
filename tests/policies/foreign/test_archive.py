"""A file from a stranger is read without fear: nothing in it runs, and what is wrong with it is one sentence."""

from __future__ import annotations

import contextlib
import io
import json
import time
import zipfile
from pathlib import Path

import numpy as np
import pytest
import torch

from pgviz.policies.foreign import archive as archives
from pgviz.policies.foreign.archive import ForeignPolicyError, read_archive
from pgviz.policies.foreign.sb3 import read_policy
from tests.policies.foreign.agents import Canary, changed, save, settings, state, stored

pytest.importorskip("stable_baselines3")
pytestmark = pytest.mark.filterwarnings("ignore")  # of the peer


@pytest.fixture(scope="module")
def agent(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("agents") / "a.zip"
    save("PPO", "CartPole-v1", path, policy_kwargs={"net_arch": [4]})
    return path


def refused(path: Path) -> str:
    """What is said of a file that cannot be read."""
    with pytest.raises(ForeignPolicyError) as caught:
        read_policy(path)
    assert "\n" not in str(caught.value)
    assert len(str(caught.value)) < 400
    return str(caught.value)


def test_that_pickles_among_the_settings_are_left_where_they_are(agent: Path, tmp_path: Path) -> None:
    canary = Canary(tmp_path / "fired")
    told = settings(agent)
    for value in told.values():
        if isinstance(value, dict):
            value[":serialized:"] = canary.text
    told["policy_kwargs"] = {":type:": "<class 'dict'>", ":serialized:": canary.text}

    trap = changed(agent, tmp_path / "trap.zip", data=json.dumps(told).encode())

    assert read_policy(trap).hidden_sizes == (4,)
    assert canary.text not in repr(read_archive(trap).data)
    assert not canary.path.exists()


@pytest.mark.parametrize("entry", ["policy_pth", "pytorch_variables_pth"])
def test_that_a_pickle_among_the_tensors_is_refused_and_never_runs(
    entry: str, agent: Path, tmp_path: Path
) -> None:
    import pickle

    canary = Canary(tmp_path / "fired")
    hidden = stored({**state(agent), "extra": canary})

    for content in (hidden, pickle.dumps(canary)):
        assert "cannot be read" in refused(changed(agent, tmp_path / "trap.zip", **{entry: content}))
    assert not canary.path.exists()


def test_that_other_files_are_refused(agent: Path, tmp_path: Path) -> None:
    (tmp_path / "text.zip").write_text("no archive")
    (tmp_path / "empty.zip").write_bytes(b"")
    with zipfile.ZipFile(tmp_path / "other.zip", "w") as other:
        other.writestr("readme.txt", "hello")

    assert "cannot be read as an agent" in refused(tmp_path / "text.zip")
    assert "cannot be read as an agent" in refused(tmp_path / "empty.zip")
    assert "has no policy.pth in it" in refused(tmp_path / "other.zip")
    assert "cannot read" in refused(tmp_path / "nowhere.zip")
    assert "cannot read" in refused(tmp_path)
    assert "no state dictionary" in refused(changed(agent, tmp_path / "list.zip", policy_pth=stored([1, 2])))
    assert "of another kind" in refused(changed(agent, tmp_path / "none.zip", policy_pth=stored({})))


def test_that_a_bomb_is_not_unpacked(agent: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    zeros = bytes(40 * 2**20)
    with zipfile.ZipFile(tmp_path / "bomb.zip", "w", zipfile.ZIP_DEFLATED) as bomb:
        bomb.writestr("policy.pth", zeros)
    inner = stored({"action_net.weight": torch.zeros(10 * 2**20)})
    with zipfile.ZipFile(tmp_path / "plain.zip", "w") as packed:
        packed.writestr("tensors", inner)
    flat = tmp_path / "flat.zip"
    with zipfile.ZipFile(tmp_path / "inner.zip", "w", zipfile.ZIP_DEFLATED) as deflated:
        deflated.writestr("archive/data.pkl", b"x")
        deflated.writestr("archive/data/0", zeros)
    changed(agent, flat, policy_pth=(tmp_path / "inner.zip").read_bytes())

    assert "larger than any honest one" in refused(tmp_path / "bomb.zip")
    assert "larger than any honest one" in refused(flat)
    monkeypatch.setattr(archives, "LARGEST_TENSORS", 1000)
    assert "larger than any honest one" in refused(agent)


def test_that_an_entry_that_lies_about_its_size_is_refused(agent: Path, tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "lie.zip", "w", zipfile.ZIP_DEFLATED) as lie:
        lie.writestr("policy.pth", b"7" * 10_000_019)
    content = (tmp_path / "lie.zip").read_bytes()
    (tmp_path / "lie.zip").write_bytes(
        content.replace((10_000_019).to_bytes(4, "little"), (19).to_bytes(4, "little"))
    )

    assert "cannot be read" in refused(tmp_path / "lie.zip")


def test_that_a_tensor_with_fewer_numbers_than_it_claims_is_refused(agent: Path, tmp_path: Path) -> None:
    weights = state(agent)
    weights["action_net.weight"] = torch.zeros(1).expand(10**9, 1000)

    assert "fewer numbers than it claims" in refused(
        changed(agent, tmp_path / "t.zip", policy_pth=stored(weights))
    )


@pytest.mark.parametrize(
    "kind", [lambda: torch.zeros(3, 3).to_sparse(), lambda: torch.zeros(3, 3, dtype=torch.complex64)]
)
def test_that_tensors_no_network_is_made_of_are_refused(kind: object, agent: Path, tmp_path: Path) -> None:
    assert callable(kind)
    weights = state(agent)
    weights["action_net.weight"] = kind()

    assert "cannot be read" in refused(changed(agent, tmp_path / "t.zip", policy_pth=stored(weights)))


def test_that_layers_that_no_network_has_are_refused(agent: Path, tmp_path: Path) -> None:
    for name, tensor, message in (
        ("action_net.weight", torch.zeros(2, 5), "do not fit together"),
        ("action_net.weight", torch.zeros(2), "which no layer has"),
        ("action_net.bias", torch.zeros(0), "which no layer has"),
        ("mlp_extractor.policy_net.0.bias", torch.zeros(3, 3), "which no layer has"),
    ):
        broken = changed(agent, tmp_path / "b.zip", policy_pth=stored({**state(agent), name: tensor}))
        assert message in refused(broken)


def test_that_settings_of_another_type_are_left_aside(agent: Path, tmp_path: Path) -> None:
    told = settings(agent) | {"gamma": "0.5", "learning_rate": [1], "n_epochs": None, "use_sde": "perhaps"}
    odd = changed(agent, tmp_path / "o.zip", data=json.dumps(told).encode())

    assert read_policy(odd).settings == {}
    for content in (b"[" * 100_000, b"\xff\xfe", b"[1]", b"9" * 100_000):
        silent = changed(agent, tmp_path / "s.zip", data=content)
        assert "does not say which activation" in refused(silent)


def test_that_damaged_files_are_one_sentence_and_never_a_hang(agent: Path, tmp_path: Path) -> None:
    whole, rng = agent.read_bytes(), np.random.default_rng(0)
    read = 0
    for _ in range(400):
        content = bytearray(whole)
        for place in rng.integers(0, len(whole), rng.integers(1, 12)).tolist():
            content[place] = int(rng.integers(0, 256))
        cut = len(content) if rng.random() < 0.7 else int(rng.integers(0, len(content)))
        (tmp_path / "damaged.zip").write_bytes(content[:cut])
        began = time.monotonic()
        with contextlib.suppress(ForeignPolicyError):
            read_policy(tmp_path / "damaged.zip")
            read += 1
        assert time.monotonic() - began < 2.0
    assert read < 400
    assert sorted(each.name for each in tmp_path.iterdir()) == ["damaged.zip"]


def test_that_a_pickle_of_tensors_damaged_under_right_checksums_is_one_sentence(
    agent: Path, tmp_path: Path
) -> None:
    inner, rng = parts(agent), np.random.default_rng(1)
    name = next(each for each in inner if each.endswith("data.pkl"))
    for _ in range(300):
        content = bytearray(inner[name])
        for place in rng.integers(0, len(content), rng.integers(1, 6)).tolist():
            content[place] = int(rng.integers(0, 256))
        damaged = changed(agent, tmp_path / "damaged.zip", policy_pth=packed({**inner, name: bytes(content)}))
        began = time.monotonic()
        with contextlib.suppress(ForeignPolicyError):
            read_policy(damaged)
        assert time.monotonic() - began < 2.0
    assert sorted(each.name for each in tmp_path.iterdir()) == ["damaged.zip"]


def parts(agent: Path) -> dict[str, bytes]:
    """The entries of the ZIP within the ZIP."""
    with zipfile.ZipFile(agent) as outer, zipfile.ZipFile(io.BytesIO(outer.read("policy.pth"))) as inner:
        return {each: inner.read(each) for each in inner.namelist()}


def packed(entries: dict[str, bytes]) -> bytes:
    """A ZIP of entries."""
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w") as archive:
        for name, content in entries.items():
            archive.writestr(name, content)
    return written.getvalue()
