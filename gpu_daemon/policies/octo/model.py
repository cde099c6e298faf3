"""OctoModel: Octo 1.0 and 1.5 from their published files, natively in torch."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import ArrayLike, NDArray
from torch import Tensor

from gpu_daemon.policies.octo.answering import Answering
from gpu_daemon.policies.octo.head import denoised
from gpu_daemon.policies.octo.inputs import flat, seen, told
from gpu_daemon.policies.octo.instructions import Instructions
from gpu_daemon.policies.octo.loading import Files, empty_network, read_files, read_network, side
from gpu_daemon.policies.octo.network import Network
from gpu_daemon.policies.octo.scaling import Normalization, chosen
from gpu_daemon.policies.octo.sequence import Parts, mask_of
from gpu_daemon.policies.octo.words import read_tokenizer
from gpu_daemon.policies.sources import normal
from gpu_daemon.policies.weights import chosen_device, chosen_dtype, full_precision
from scenes.errors import BadInput, Incompatible

Given = Mapping[str, Any]
Noise = tuple[ArrayLike, ArrayLike]


class OctoModel:
    """One loaded Octo model. Observations and tasks are dicts with the reference's names, nested or with slashes.

    An observation holds `image_...` uint8 (batch, window, height, width, 3), `timestep_pad_mask` (batch, window) and
    perhaps `pad_mask_dict`; a task is what `create_task` answers, or the same names by hand.
    """

    def __init__(self, files: Files, network: Network, instructions: Instructions, device: torch.device) -> None:
        self._structure, self._network, self._instructions = files.structure, network, instructions
        self._tokens, self.statistics, self.device = files.tokens, files.statistics, device
        self._answering = Answering(network, files.structure, files.tokens, device)

    @classmethod
    def load(
        cls,
        checkpoint_dir: str | Path,
        tokenizer_dir: str | Path,
        step: int | None = None,
        device: str | torch.device = "auto",
        dtype: str | torch.dtype = "auto",
    ) -> OctoModel:
        """Read a checkpoint folder, of its latest step by default, and the T5 folder it needs.

        The T5 folder holds config.json and tokenizer.json.

        `dtype` "auto" is float32 everywhere, as in the reference; device "meta" checks names and shapes and reads no
        numbers.

        Raises:
            BadInput: a file is missing or damaged, or there is no such step.
            Incompatible: a kind of model that is not played here, or weights of another structure; with a list.
        """
        files = read_files(Path(checkpoint_dir), Path(tokenizer_dir), step)
        tokenizer = read_tokenizer(Path(tokenizer_dir), files.structure.words, files.text.pad_token_id)
        if str(device) == "meta":
            place, network = torch.device("meta"), empty_network(files)
        else:
            place = chosen_device(device)
            network = read_network(files, place, torch.float32 if dtype == "auto" else chosen_dtype(dtype, place))
        return cls(files, network, Instructions(tokenizer, network.text, place), place)

    @property
    def window(self) -> int:
        """Steps that the model was trained to see at once."""
        return self._structure.window

    @property
    def chunk(self) -> int:
        """Actions of one inference."""
        return self._structure.head.action_horizon

    @property
    def pictures(self) -> dict[str, int]:
        """Pixels along each side of the square picture under every name that the model looks at."""
        sides = {each.name: side(each, self._tokens[each.name]) for each in self._structure.cameras}
        return {name: sides[each.name] for each in self._structure.cameras for name in each.observed}

    def create_task(self, texts: Sequence[str] | None = None, goals: Given | None = None) -> dict[str, Any]:
        """What is to be done: in words, as goal pictures uint8 ([batch,] height, width, 3) by camera key, or both.

        The result carries the goals, `input_ids`, `attention_mask`, `t5_last_hidden_state` and `pad_mask_dict`.

        Raises:
            BadInput: neither is given, they differ in number, or `texts` is a single string.
        """
        shown = {key: _one_each(goal) for key, goal in (goals or {}).items()}
        counts = {len(each) for each in ([texts] if texts is not None else []) + list(shown.values())}
        if len(counts) != 1 or isinstance(texts, str):
            raise BadInput("A task needs a list of texts, goal pictures, or as many of both.")
        (batch,) = counts
        ids, mask = self._instructions.tokens([""] * batch if texts is None else texts)
        marks = {"language_instruction": np.full(batch, texts is not None)}
        return {
            **shown,
            "input_ids": ids,
            "attention_mask": mask,
            "t5_last_hidden_state": self._instructions.hidden(ids, mask),
            "pad_mask_dict": marks | {key: np.ones(batch, bool) for key in shown},
        }

    def attention_mask(self, observation: Given, task: Given) -> NDArray[np.bool_]:
        """Who attends to whom, (batch, 1, tokens, tokens)."""
        return mask_of(self._parts(observation, task), self._structure, self._tokens)

    @torch.inference_mode()
    def readout(self, observation: Given, task: Given) -> NDArray[np.float32]:
        """The transformer's answer at the head's readout, float32 (batch, window, tokens, width)."""
        return self._numpy(self._answers(self._parts(observation, task), last=False))

    @torch.inference_mode()
    def score(self, x: ArrayLike, t: ArrayLike, readout: ArrayLike) -> NDArray[np.float32]:
        """The noise that the score network sees in x (batch, window, numbers) at diffusion step t.

        `t` is one number, or one for each x, (batch, window) or (batch, window, 1); `readout` is as `readout` answers.

        Raises:
            BadInput: their shapes do not fit each other.
        """
        noisy, read, time = self._tensor(x), self._tensor(readout), self._tensor(t)
        each = noisy.shape[:-1]
        if read.shape[:-2] != each or not (time.numel() == 1 or time.shape in (each, (*each, 1))):
            shapes = f"{tuple(noisy.shape)}, {tuple(time.shape)} and {tuple(read.shape)}"
            raise BadInput(f"x, t and readout have the shapes {shapes}, which do not fit each other.")
        times = time.reshape(-1).expand(each.numel()).reshape(*each, 1)
        return self._numpy(self._network.score(noisy, times, read.mean(-2)))

    @torch.inference_mode()
    def predict_chunk(
        self,
        observation: Given,
        task: Given,
        statistics_key: str,
        normalization: Normalization = "normal",
        noise: Noise | None = None,
    ) -> NDArray[np.float32]:
        """Actions (batch, chunk, numbers) in the units of a data set the model was trained on.

        `noise` is x_T (batch, window, numbers) and z (diffusion steps, batch, window, numbers) in the order used;
        without it, it comes from PCG64(0).

        Raises:
            NotFound: there are no such statistics; the hint lists the keys.
            BadInput: a picture, mask, task or noise has a shape that does not fit.
            Incompatible: the statistics are of larger actions than the model's.
        """
        actions, head = chosen(self.statistics, statistics_key), self._structure.head
        if actions.size > head.action_dim:
            raise Incompatible(f"The actions of '{statistics_key}' have {actions.size} numbers, not {head.action_dim}.")
        parts = self._parts(observation, task)
        batch, window = parts.seen.real.shape
        start, fresh = (self._tensor(each) for each in noise or self.noise(np.random.PCG64(0), batch, window))
        shape = (batch, window, head.size)
        if start.shape != shape or fresh.shape != (head.diffusion_steps, *shape):
            raise BadInput(f"The noise is {tuple(start.shape)} and {tuple(fresh.shape)}, not {shape} and one per step.")
        read = self._answers(parts, last=True)
        last = read[:, -1].mean(-2).float()
        chunk = denoised(self._network.score, head, last, (start[:, -1], fresh[:, :, -1]), actions.size)
        return actions.restored(self._numpy(chunk), normalization)

    def noise(
        self, generator: np.random.PCG64 | np.random.Generator, batch: int = 1, window: int | None = None
    ) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        """x_T, then z, as `predict_chunk` takes them."""
        source = generator if isinstance(generator, np.random.Generator) else np.random.Generator(generator)
        shape = (batch, self.window if window is None else window, self._structure.head.size)
        return normal(source, *shape), normal(source, self._structure.head.diffusion_steps, *shape)

    def forget(self) -> None:
        """Remember no picture; answers are the same as before, but each picture is looked at anew."""
        self._answering.forget()

    def _parts(self, observation: Given, task: Given) -> Parts:
        look = seen(observation, task, self._structure.cameras)
        for name, pictures in look.pictures.items():
            camera = next(each for each in self._structure.cameras if each.name == name)
            wanted = side(camera, self._tokens[name])
            if pictures.shape[2:4] != (wanted, wanted):
                raise BadInput(f"The pictures of '{name}' are {pictures.shape[2:4]}.", hint=f"{wanted} x {wanted}.")
        if look.real.shape[1] > self._structure.horizon:
            raise BadInput(f"A window of {look.real.shape[1]} steps.", hint=f"At most {self._structure.horizon}.")
        hidden = self._hidden(flat(task, "task"))
        if hidden is not None and len(hidden) != len(look.real):
            raise BadInput(f"There are {len(hidden)} instructions for {len(look.real)} observations.")
        return Parts(look, hidden, told(task, len(look.real)))

    def _hidden(self, task: dict[str, Any]) -> NDArray[np.float32] | None:
        """The instruction's hidden states, from whichever form of it the task holds; None without any."""
        if "t5_last_hidden_state" in task:
            return np.asarray(task["t5_last_hidden_state"], np.float32)
        for root in ("language_instruction/", ""):
            if f"{root}input_ids" in task:
                ids = np.asarray(task[f"{root}input_ids"])
                return self._instructions.hidden(ids, np.asarray(task.get(f"{root}attention_mask", np.ones_like(ids))))
        if "language_instruction" in task:
            return self._instructions.hidden(*self._instructions.tokens(task["language_instruction"]))
        return None

    def _answers(self, parts: Parts, *, last: bool) -> Tensor:
        with full_precision():
            return self._answering.answers(parts, last=last)

    def _tensor(self, values: ArrayLike) -> Tensor:
        return torch.from_numpy(np.asarray(values, np.float32).copy()).to(self.device)

    @staticmethod
    def _numpy(values: Tensor) -> NDArray[np.float32]:
        return values.float().cpu().numpy()


def _one_each(goals: Any) -> NDArray[Any]:
    """Goal pictures (batch, height, width, 3); a single one is a batch of one."""
    given: NDArray[Any] = np.asarray(goals)
    return given[None] if given.ndim == 3 else given
