"""A policy on its own acts as it does in pgviz, in PyTorch and in ONNX Runtime."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from gymnasium import spaces

from pgviz.cli import main
from pgviz.config import RunConfig
from pgviz.errors import UsageError
from pgviz.export import extras
from pgviz.export import policy as policies
from pgviz.export.policy import StandalonePolicy, example, write_policy
from pgviz.export.whole import ExportError
from pgviz.training.trainer import Trainer

pytestmark = pytest.mark.filterwarnings("ignore")  # PyTorch's own, about itself

CASES: dict[str, tuple[str, str, dict[str, Any]]] = {
    "softmax": ("CartPole-v1", "ppo", {}),
    "one-hot": ("FrozenLake-v1", "ppo", {}),
    "values": ("CartPole-v1", "dqn", {}),
    "bins": ("Pendulum-v1", "dqn", {"bins": 5}),
    "clipped": ("Pendulum-v1", "ppo", {"action_bounds": "clip"}),
    "squashed": ("Pendulum-v1", "ppo", {"action_bounds": "squash", "normalize_observation": True}),
    "sac": ("Pendulum-v1", "sac", {}),
}


def trained(environment: str, algorithm: str, options: dict[str, Any], steps: int = 40) -> Trainer:
    """A run that has taken a few steps; close it."""
    config = RunConfig.create(environment, algorithm, environment_count=2, **options)
    trainer = Trainer(config)
    for event in trainer.events():
        if event.step >= steps:
            break
    with torch.no_grad():
        trainer.policy.flat.add_(
            0.3 * torch.randn(trainer.policy.flat.shape, generator=torch.Generator().manual_seed(0))
        )
    return trainer


def some(space: Any, count: int) -> list[Any]:
    space.seed(0)
    if isinstance(space, spaces.Box) and space.dtype == np.float32:
        return list(np.random.default_rng(0).normal(size=(count, *space.shape)).astype(np.float32))
    return [space.sample() for _ in range(count)]


@pytest.mark.parametrize("case", CASES)
def test_that_it_says_what_the_policy_says(case: str) -> None:
    trainer = trained(*CASES[case])
    policy, encoder = trainer.policy, trainer.environment.encoder
    module = StandalonePolicy(policy, encoder.space, trainer.environment.action_space)
    states = some(encoder.space, 50)
    rows = encoder.encode_batch(states)

    with torch.no_grad():
        given = dict(zip(module.outputs, module(torch.from_numpy(np.stack(states))), strict=True))

    actions: Any = policy.to_actions(policy.likeliest(rows))
    assert given["action"].shape == actions.shape
    np.testing.assert_allclose(given["action"].numpy(), actions, rtol=0.0, atol=2e-6)
    seen = torch.from_numpy(policy.normalization.see(rows))
    if "mean" in given:
        ours: Any = policy.distribution(seen)
        np.testing.assert_allclose(given["mean"], ours.mean_BD.detach(), atol=1e-6)
        np.testing.assert_allclose(
            given["log_std"], ours.log_std_D.detach().expand(given["mean"].shape), atol=1e-6
        )
    else:
        np.testing.assert_allclose(given[module.outputs[1]], policy.actor(seen).detach(), atol=1e-6)
    trainer.close()


@pytest.mark.parametrize(("low", "high"), [(-2.0, 2.0), (0.0, np.inf), (-np.inf, 1.0), (-np.inf, np.inf)], ids=str)
def test_that_every_kind_of_bound_is_squashed_into_as_in_pgviz(low: float, high: float) -> None:
    from pgviz.policies.gaussian import GaussianPolicy
    from pgviz.policies.networks import NetworkShape

    space = spaces.Box(low, high, (2, 3), np.float32)
    shape, generator = NetworkShape(4, (8,), "tanh", critic=False), torch.Generator().manual_seed(0)
    policy = GaussianPolicy(shape, (space.low, space.high), generator, squash=True, initial_std=0.5)
    policy.flat.detach().mul_(5.0)
    states = np.random.default_rng(0).normal(size=(20, 4)).astype(np.float32)
    module = StandalonePolicy(policy, spaces.Box(-1, 1, (4,)), space)

    with torch.no_grad():
        action = module(torch.from_numpy(states))[0].numpy()

    wanted: Any = policy.to_actions(policy.likeliest(states))
    np.testing.assert_allclose(action, wanted, atol=2e-6)


@pytest.mark.parametrize("space", [spaces.MultiDiscrete([3, 2, 4]), spaces.MultiBinary((2, 2))], ids=str)
def test_that_choices_side_by_side_are_the_likeliest_of_each(space: Any) -> None:
    from pgviz.action_layout import ActionLayout
    from pgviz.policies.factored import FactoredPolicy
    from pgviz.policies.networks import NetworkShape

    shape, generator = NetworkShape(4, (8,), "tanh", critic=False), torch.Generator().manual_seed(0)
    policy = FactoredPolicy(shape, ActionLayout(space), generator, squash=False, initial_std=0.5)
    policy.flat.detach().mul_(50.0)
    states = np.random.default_rng(0).normal(size=(20, 4)).astype(np.float32)
    module = StandalonePolicy(policy, spaces.Box(-1, 1, (4,)), space)

    with torch.no_grad():
        action = module(torch.from_numpy(states))[0].numpy()

    likeliest = policy.to_actions(policy.likeliest(states))
    from pgviz.action_layout import splitter

    wanted = np.stack([np.asarray(each) for each in splitter(space)(likeliest)])
    assert np.array_equal(action, wanted)


def test_that_parts_that_no_tensor_holds_are_refused_in_one_line() -> None:
    from pgviz.action_layout import ActionLayout
    from pgviz.policies.factored import FactoredPolicy
    from pgviz.policies.networks import NetworkShape

    space = spaces.Tuple((spaces.Discrete(2), spaces.Box(-np.arange(1.0, 82.0).reshape(9, 9), np.ones((9, 9)))))
    shape, generator = NetworkShape(4, (8,), "tanh", critic=False), torch.Generator().manual_seed(0)
    policy = FactoredPolicy(shape, ActionLayout(space), generator, squash=False, initial_std=0.5)

    with pytest.raises(UsageError, match=r"^actions of the kind Tuple\(.* are made up of parts") as refused:
        StandalonePolicy(policy, spaces.Box(-1, 1, (4,)), space)
    assert "\n" not in str(refused.value)
    assert len(str(refused.value)) < 300


def test_that_the_file_acts_without_pgviz_for_any_number_of_states(tmp_path: Path) -> None:
    trainer = trained(*CASES["squashed"])
    encoder = trainer.environment.encoder
    module = StandalonePolicy(trainer.policy, encoder.space, trainer.environment.action_space)
    states = np.stack(some(encoder.space, 7))
    with torch.no_grad():
        wanted = [each.numpy() for each in module(torch.from_numpy(states))]

    write_policy(module, example(encoder.space, encoder.size), tmp_path / "p.pt2")
    program = torch.export.load(io.BytesIO((tmp_path / "p.pt2").read_bytes())).module()

    for count in (1, 7):
        for ours, theirs in zip(wanted, program(torch.from_numpy(states[:count])), strict=True):
            np.testing.assert_allclose(ours[:count], theirs.detach().numpy(), atol=1e-6)
    trainer.close()


@pytest.mark.parametrize("case", ["squashed", "bins", "one-hot"])
def test_that_onnx_runtime_acts_the_same(case: str, tmp_path: Path) -> None:
    runtime = pytest.importorskip("onnxruntime")
    pytest.importorskip("onnxscript")
    trainer = trained(*CASES[case])
    encoder = trainer.environment.encoder
    module = StandalonePolicy(trainer.policy, encoder.space, trainer.environment.action_space)
    states = np.stack(some(encoder.space, 7))
    with torch.no_grad():
        wanted = [each.numpy() for each in module(torch.from_numpy(states))]

    write_policy(module, example(encoder.space, encoder.size), tmp_path / "p.onnx")
    session = runtime.InferenceSession(tmp_path / "p.onnx")

    assert [each.name for each in session.get_outputs()] == list(module.outputs)
    for ours, theirs in zip(wanted, session.run(None, {"observations": states}), strict=True):
        np.testing.assert_allclose(ours, theirs, atol=1e-5)
    assert [each.name for each in tmp_path.iterdir()] == ["p.onnx"]
    trainer.close()


def test_that_other_files_and_missing_packages_are_one_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(UsageError, match=r"ends in \.pt2 or \.onnx"):
        policies.require_format(tmp_path / "p.zip")
    monkeypatch.setattr(extras, "find_spec", lambda _name: None)
    with pytest.raises(UsageError, match=r"needs onnx and onnxscript: pip install 'pgviz\[onnx\]'"):
        policies.require_format(tmp_path / "p.onnx")


def test_that_a_saved_run_is_exported_by_the_command(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    run = str(tmp_path / "run")
    assert main(["train", "CartPole-v1", "--steps", "512", "--checkpoint", run]) == 0

    assert main(["export-policy", run, "--to", str(tmp_path / "p.pt2")]) == 0
    assert "action, logits out" in capsys.readouterr().out
    assert main(["export-policy", run, "--to", str(tmp_path / "no" / "p.pt2")]) == 1
    assert "cannot write" in capsys.readouterr().err
    assert main(["export-policy", str(tmp_path), "--to", str(tmp_path / "q.pt2")]) == 1
    assert "there is no checkpoint" in capsys.readouterr().err
    assert sorted(each.name for each in tmp_path.iterdir()) == ["p.pt2", "run"]


def test_that_a_module_named_in_a_run_is_imported_only_when_allowed(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    environment = "tests.environments.toys:Bandit-v0"
    import json

    run = tmp_path / "run"
    assert main(["train", "CartPole-v1", "--steps", "256", "--checkpoint", str(run)]) == 0
    (manifest,) = run.glob("step-*/manifest.json")
    told = json.loads(manifest.read_text())
    told["config"]["environment"] = environment
    manifest.write_text(json.dumps(told))
    capsys.readouterr()

    assert main(["export-policy", str(run), "--to", str(tmp_path / "p.pt2")]) == 2
    assert "say --allow tests.environments.toys if you trust it" in capsys.readouterr().err


def test_that_a_policy_that_cannot_be_written_leaves_nothing(tmp_path: Path) -> None:
    trainer = trained(*CASES["softmax"])
    space = trainer.environment.encoder.space
    module = StandalonePolicy(trainer.policy, space, trainer.environment.action_space)
    trainer.close()

    with pytest.raises(ExportError, match="cannot write"):
        write_policy(module, example(space, 4), tmp_path / "nowhere" / "p.pt2")
    assert list(tmp_path.iterdir()) == []
