"""The action expert: from noise to actions along a velocity it predicts, reading what the language model remembers.

As modeling_smolvla.py, smolvlm_with_expert.py and flow_matching.py of lerobot 0.6.1.
"""

from __future__ import annotations

import math

import torch
from torch import Tensor
from torch.nn import functional

from gpu_daemon.policies.smolvla.attention import KeysValues, Memory, attend, finished, projected, rotated
from gpu_daemon.policies.smolvla.config import SmolVLAConfig
from gpu_daemon.policies.smolvla.network import Network


def times(config: SmolVLAConfig) -> list[float]:
    """The flow times of the Euler steps, from 1 (noise) towards 0 (actions)."""
    return [1.0 + step * (-1.0 / config.num_steps) for step in range(config.num_steps)]


def embedded_time(time: float, width: int, config: SmolVLAConfig) -> Tensor:
    """Sines, then cosines of a flow time, float32 (width,); periods from min_period to max_period, in float64."""
    fraction = torch.linspace(0.0, 1.0, width // 2, dtype=torch.float64)
    period = config.min_period * (config.max_period / config.min_period) ** fraction
    angles = 1.0 / period * 2 * math.pi * torch.tensor(time, dtype=torch.float32)
    return torch.cat([torch.sin(angles), torch.cos(angles)]).to(torch.float32)


def flow(network: Network, config: SmolVLAConfig, memory: Memory, noise: Tensor) -> Tensor:
    """Actions (B, chunk, max_action_dim) in the network's units, by Euler's method."""
    reads = read(network, memory)
    actions = noise
    for time in times(config):
        at = embedded_time(time, network.vlm_with_expert.width, config).to(noise.device)
        actions = actions + (-1.0 / config.num_steps) * velocity(network, memory, reads, actions, at)
    return actions


def read(network: Network, memory: Memory) -> list[KeysValues]:
    """What each layer of the language model offers to the expert; the same for all steps of a flow."""
    towers = network.vlm_with_expert
    offered = []
    for number, (key, value) in enumerate(memory.layers):
        if network.self_attention[number] is False:
            own = towers.lm_expert.layers[number // towers.step].self_attn
            key, value = (
                by(each.to(by.weight.dtype).flatten(2)).unflatten(-1, (-1, towers.head_size))
                for by, each in ((own.k_proj, key), (own.v_proj, value))
            )
        offered.append((key, value))
    return offered


def velocity(network: Network, memory: Memory, reads: list[KeysValues], actions: Tensor, time: Tensor) -> Tensor:
    """Where noisy actions (B, chunk, max_action_dim) move at one flow time.

    Actions see the prefix and the actions before them. In self-attention layers they stand behind the prefix; where
    they attend to the prefix alone, their positions begin at 0.
    """
    towers = network.vlm_with_expert
    hidden = _suffix(network, actions, time)
    batch, chunk = hidden.shape[:2]
    steps = torch.arange(chunk, device=hidden.device).expand(batch, chunk)
    behind = memory.there.sum(dim=1, keepdim=True) + steps
    prefix = memory.there[:, None, :].expand(batch, chunk, -1)
    everything = torch.cat([prefix, steps[:, None, :] <= steps[:, :, None]], dim=2)
    for number in range(0, towers.depth, towers.step):
        layer, kept = towers.lm_expert.layers[number // towers.step], reads[number]
        if network.self_attention[number]:
            query, key, value = projected(towers, layer, hidden)
            both = torch.cat([kept[0], rotated(key, behind)], dim=1), torch.cat([kept[1], value], dim=1)
            attended = attend(rotated(query, behind), both, everything)
        else:
            normed = layer.input_layernorm(hidden).to(layer.self_attn.q_proj.weight.dtype)
            query = layer.self_attn.q_proj(normed).unflatten(-1, (-1, towers.head_size))
            attended = attend(rotated(query, steps), kept, prefix)
        hidden = finished(layer, hidden, attended)
    moved: Tensor = network.action_out_proj(towers.lm_expert.norm(hidden).to(torch.float32))
    return moved


def _suffix(network: Network, actions: Tensor, time: Tensor) -> Tensor:
    """Noisy actions and their time as what the expert's first layer takes, (B, chunk, width)."""
    acting = network.action_in_proj(actions)
    both = torch.cat([acting, time.expand_as(acting)], dim=2)
    mixed: Tensor = network.action_time_mlp_out(functional.silu(network.action_time_mlp_in(both)))
    return mixed
