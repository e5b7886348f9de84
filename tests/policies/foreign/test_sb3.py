"""Agents of Stable-Baselines3 say of every state what they said there."""

from __future__ import annotations

import itertools
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from gymnasium import spaces

from pgviz.action_layout import ActionLayout
from pgviz.config import RunConfig
from pgviz.policies.distributions import DiagonalGaussian
from pgviz.policies.factored import FactoredPolicy
from pgviz.policies.foreign.archive import ForeignPolicyError
from pgviz.policies.foreign.fit import take_over
from pgviz.policies.foreign.sb3 import read_policy
from pgviz.policies.networks import NetworkShape
from pgviz.training.importing import begin_with
from pgviz.training.trainer import Trainer
from tests.policies.foreign.agents import changed, save, settings, state, stored

pytest.importorskip("stable_baselines3")
pytestmark = pytest.mark.filterwarnings("ignore")  # of the peer


def near(ours: Any, theirs: Any) -> None:
    """Demand that arrays or tensors agree to 1e-6."""
    ours, theirs = (each.detach().numpy() if isinstance(each, torch.Tensor) else each for each in (ours, theirs))
    np.testing.assert_allclose(ours, theirs, rtol=0.0, atol=1e-6)


def begun(path: Path, environment: str, activation: str | None = None, statistics: Path | None = None) -> Trainer:
    """A run that begins with an agent; close it."""
    foreign = read_policy(path, activation)
    ours = foreign.hyperparameters(foreign.algorithm)
    if statistics is not None:
        ours["normalize_observation"] = True
    config = RunConfig.create(environment, foreign.algorithm, environment_count=1, **ours)
    trainer = Trainer(config)
    trainer.restore(begin_with(config, foreign, statistics))
    return trainer


def states(trainer: Trainer, count: int = 64) -> torch.Tensor:
    size = trainer.environment.encoder.size
    return torch.from_numpy(np.random.default_rng(0).normal(size=(count, size)).astype(np.float32))


@pytest.mark.parametrize("name", ["PPO", "A2C", "MaskablePPO"])
def test_that_a_softmax_agent_has_the_same_probabilities_and_values(name: str, tmp_path: Path) -> None:
    agent = save(name, "CartPole-v1", tmp_path / "a.zip")

    trainer = begun(tmp_path / "a.zip", "CartPole-v1")

    x = states(trainer)
    theirs = agent.policy.get_distribution(x).distribution
    ours: Any = trainer.policy.distribution(x)
    near(ours.log_probs_BA.exp(), theirs.probs.detach())
    near(ours.entropy().detach(), theirs.entropy().detach())
    values = agent.policy.predict_values(x).detach().numpy()[:, 0]
    near(trainer.policy.values(x.numpy()), values)
    assert trainer.config.algorithm == ("a2c" if name == "A2C" else "ppo")
    trainer.close()


def test_that_a_gaussian_agent_has_the_same_mean_std_and_log_probability(tmp_path: Path) -> None:
    shape = {"net_arch": {"pi": [32, 16], "vf": [32, 16]}, "activation_fn": torch.nn.ReLU}
    agent = save("PPO", "Pendulum-v1", tmp_path / "a.zip", policy_kwargs=shape)

    trainer = begun(tmp_path / "a.zip", "Pendulum-v1")

    x = states(trainer)
    theirs, ours = agent.policy.get_distribution(x).distribution, trainer.policy.distribution(x)
    assert trainer.config.sizes("hidden_sizes") == (32, 16)
    assert trainer.config.text("activation") == "relu"
    sample = theirs.mean.detach() + 0.3
    assert isinstance(ours, DiagonalGaussian)
    near(ours.mean_BD, theirs.mean)
    near(ours.log_prob(sample).detach(), theirs.log_prob(sample).sum(1).detach())
    trainer.close()


def test_that_a_sac_agent_has_the_same_gaussian_actions_and_values(tmp_path: Path) -> None:
    agent = save("SAC", "Pendulum-v1", tmp_path / "a.zip", buffer_size=100, policy_kwargs={"net_arch": [32, 32]})

    trainer = begun(tmp_path / "a.zip", "Pendulum-v1")

    x = states(trainer)
    policy: Any = trainer.policy
    mean, log_std, _ = agent.actor.get_action_dist_params(x)
    ours: Any = policy.distribution(x)
    near(ours.mean_BD.detach(), mean.detach())
    near(ours.log_std_D.detach(), log_std.detach())
    actions = policy.to_actions(policy.likeliest(x.numpy()))
    near(actions, agent.predict(x.numpy(), deterministic=True)[0])
    squashed = torch.tanh(mean.detach())
    for critics, peer in ((policy.critics, agent.critic), (policy.targets, agent.critic_target)):
        both, _ = critics.values(x.numpy(), squashed.numpy())
        theirs = np.stack([each.detach().numpy()[:, 0] for each in peer(x, squashed)])
        near(both, theirs)
    assert policy.temperature == pytest.approx(float(torch.exp(agent.log_ent_coef.detach())), abs=1e-6)
    assert trainer.config.integer("learning_starts") == 0
    trainer.close()


def test_that_a_dqn_agent_has_the_same_values_target_and_epsilon(tmp_path: Path) -> None:
    agent = save("DQN", "CartPole-v1", tmp_path / "a.zip", buffer_size=100, exploration_final_eps=0.07)

    trainer = begun(tmp_path / "a.zip", "CartPole-v1")

    x = states(trainer)
    algorithm: Any = trainer.algorithm
    near(algorithm.policy.action_values(x.numpy()), agent.q_net(x).detach().numpy())
    near(algorithm.target.forward(x.numpy()), agent.q_net_target(x).detach().numpy())
    assert trainer.config.number("initial_epsilon") == 0.07
    trainer.close()


@pytest.mark.parametrize("environment", ["FrozenLake-v1", "CliffWalking-v1"])
def test_that_states_that_are_numbers_are_seen_the_same_way(environment: str, tmp_path: Path) -> None:
    agent = save("PPO", environment, tmp_path / "a.zip")

    trainer = begun(tmp_path / "a.zip", environment)

    size = trainer.environment.encoder.size
    ours: Any = trainer.policy.distribution(torch.eye(size))
    theirs = agent.policy.get_distribution(torch.arange(size).reshape(-1, 1)).distribution
    near(ours.log_probs_BA.exp(), theirs.probs.detach())
    trainer.close()


def test_that_statistics_without_code_normalise_as_vec_normalize_does(tmp_path: Path) -> None:
    from stable_baselines3.common.vec_env import DummyVecEnv, VecNormalize

    save("PPO", "CartPole-v1", tmp_path / "a.zip")
    import gymnasium

    vector = VecNormalize(DummyVecEnv([lambda: gymnasium.make("CartPole-v1")]))
    rows = np.random.default_rng(1).normal(3.0, 2.0, (50, 4))
    vector.obs_rms.update(rows)
    rms = vector.obs_rms
    said = {"mean": rms.mean.tolist(), "var": rms.var.tolist(), "count": rms.count}
    (tmp_path / "stats.json").write_text(json.dumps(said))

    trainer = begun(tmp_path / "a.zip", "CartPole-v1", statistics=tmp_path / "stats.json")

    seen = trainer.policy.normalization.see(rows.astype(np.float32))
    near(seen, vector.normalize_obs(rows.astype(np.float32)))
    vector.close()
    trainer.close()


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("{}", "JSON with mean, var and count"),
        ("[" * 100_000, "JSON with mean, var and count"),
        ('{"mean": [0], "var": [1], "count": 1}', "1 means and 1 variances for 4 numbers observed"),
        ('{"mean": [0,0,0,0], "var": [1,1,1,-1], "count": 1}', "that no numbers have"),
        ('{"mean": [0,0,0,NaN], "var": [1,1,1,1], "count": 1}', "that no numbers have"),
        ('{"mean": [0,0,0,0], "var": [1,1,1,1], "count": 0}', "a count of 0"),
    ],
)
def test_that_statistics_that_cannot_be_are_refused(content: str, message: str, tmp_path: Path) -> None:
    save("PPO", "CartPole-v1", tmp_path / "a.zip")
    (tmp_path / "stats.json").write_text(content)

    with pytest.raises(ForeignPolicyError, match=message):
        begun(tmp_path / "a.zip", "CartPole-v1", statistics=tmp_path / "stats.json")


def test_that_an_agent_that_does_not_fit_is_refused_in_one_sentence(tmp_path: Path) -> None:
    save("PPO", "CartPole-v1", tmp_path / "a.zip")
    save("PPO", "Pendulum-v1", tmp_path / "b.zip")
    save("PPO", "CartPole-v1", tmp_path / "c.zip", policy_kwargs={"net_arch": {"pi": [8], "vf": [9]}})

    with pytest.raises(
        ForeignPolicyError, match=r"the layers of its actor are 64×4, 64×64, 2×64, and here .* 3×64"
    ):
        begun(tmp_path / "a.zip", "Acrobot-v1")
    with pytest.raises(ForeignPolicyError, match=r"does not fit"):
        begun(tmp_path / "b.zip", "CartPole-v1")
    with pytest.raises(ForeignPolicyError, match=r"the layers of its critic are 9×4, 1×9"):
        begun(tmp_path / "c.zip", "CartPole-v1")
    with pytest.raises(ForeignPolicyError, match=r"use --algorithm ppo"):
        read_policy(tmp_path / "a.zip").hyperparameters("dqn")


def test_that_what_pgviz_cannot_follow_is_refused(tmp_path: Path) -> None:
    save("PPO", "Pendulum-v1", tmp_path / "sde.zip", use_sde=True)
    save("PPO", "CartPole-v1", tmp_path / "elu.zip", policy_kwargs={"activation_fn": torch.nn.ELU})
    save("PPO", "CartPole-v1", tmp_path / "linear.zip", policy_kwargs={"net_arch": []})
    save("TD3", "Pendulum-v1", tmp_path / "td3.zip", buffer_size=100)

    for name, message in (("sde", "gSDE"), ("elu", "have ELU"), ("td3", "of another kind")):
        with pytest.raises(ForeignPolicyError, match=message):
            read_policy(tmp_path / f"{name}.zip")
    with pytest.raises(ForeignPolicyError, match="no hidden layer"):
        read_policy(tmp_path / "linear.zip").hyperparameters("ppo")


def test_that_the_activation_is_asked_for_where_the_file_does_not_say(tmp_path: Path) -> None:
    save("PPO", "CartPole-v1", tmp_path / "a.zip")
    told = settings(tmp_path / "a.zip")
    del told["policy_kwargs"]
    silent = changed(tmp_path / "a.zip", tmp_path / "b.zip", data=json.dumps(told).encode())

    with pytest.raises(ForeignPolicyError, match="--activation tanh or --activation relu"):
        read_policy(silent)

    assert read_policy(silent, "relu").activation == "relu"


def test_that_numbers_that_are_not_finite_are_named(tmp_path: Path) -> None:
    save("PPO", "CartPole-v1", tmp_path / "a.zip")
    weights = state(tmp_path / "a.zip")
    weights["action_net.bias"][1] = torch.nan
    broken = changed(tmp_path / "a.zip", tmp_path / "b.zip", policy_pth=stored(weights))

    with pytest.raises(ForeignPolicyError, match="that are not finite"):
        read_policy(broken)


def test_that_an_action_of_several_parts_is_refused_in_one_line(tmp_path: Path) -> None:
    space = spaces.Dict(
        {"arm": spaces.Box(np.linspace(-9.0, 0.5, 20, dtype=np.float32), 1.0), "grip": spaces.Discrete(2)}
    )
    assert "\n" in str(space)
    save("PPO", "CartPole-v1", tmp_path / "a.zip")
    shape, generator = NetworkShape(4, (64, 64), "tanh", critic=True), torch.Generator().manual_seed(0)
    policy = FactoredPolicy(shape, ActionLayout(space), generator, squash=False, initial_std=1.0)
    with pytest.raises(ForeignPolicyError, match="cannot act in Dict") as refused:
        take_over(read_policy(tmp_path / "a.zip"), policy, space)
    assert "\n" not in str(refused.value)


@pytest.mark.parametrize("space", [spaces.MultiBinary(3), spaces.MultiDiscrete([3, 2])], ids=str)
def test_that_choices_side_by_side_have_the_same_probabilities(space: Any, tmp_path: Path) -> None:
    from stable_baselines3.common.policies import ActorCriticPolicy

    peer = ActorCriticPolicy(spaces.Box(-1, 1, (4,)), space, lambda _: 1e-3, net_arch=[16])
    with torch.no_grad():
        for parameter in peer.parameters():
            parameter.add_(0.3 * torch.randn(parameter.shape))
    save("PPO", "CartPole-v1", tmp_path / "a.zip")
    agent = read_policy(changed(tmp_path / "a.zip", tmp_path / "b.zip", policy_pth=stored(peer.state_dict())))
    generator = torch.Generator().manual_seed(0)
    shape = NetworkShape(4, (16,), "tanh", critic=True)
    policy = FactoredPolicy(shape, ActionLayout(space), generator, squash=False, initial_std=1.0)

    take_over(agent, policy, space)

    x = torch.randn(5, 4)
    counts = [2] * 3 if isinstance(space, spaces.MultiBinary) else [3, 2]
    for sample in itertools.product(*map(range, counts)):
        rows = torch.tensor([sample] * 5)
        _, theirs, _ = peer.evaluate_actions(x, rows.float())
        near(policy.distribution(x).log_prob(rows), theirs)
