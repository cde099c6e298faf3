"""Deliberate mistakes in Octo's source, and the parity check that each of them must break."""

from __future__ import annotations

from typing import NamedTuple


class Mistake(NamedTuple):
    """`right` in `module` becomes `wrong`; then the quantity `breaks` of `case` is further off than allowed."""

    module: str
    right: str
    wrong: str
    case: str
    breaks: str


MISTAKES = {
    "a goal that is not there is grey instead of -1": Mistake(
        "inputs",
        "np.zeros_like(observed[key])[:, 0]",
        "127 + np.zeros_like(observed[key])[:, 0]",
        "v15_five",
        "readout",
    ),
    "goals are stacked before what is seen": Mistake(
        "inputs",
        "np.concatenate([*now, *repeated], axis=-1)",
        "np.concatenate([*repeated, *now], axis=-1)",
        "v15_goals",
        "readout",
    ),
    "pixels are scaled to 0..1": Mistake("network", ".div_(127.5).sub_(1)", ".div_(255)", "v15_five", "readout"),
    "the mask of 1.0 is used in 1.5": Mistake(
        "attention", '"right" if exact else "left"', '"left"', "v15_five", "attention"
    ),
    "the mask of 1.5 is used in 1.0": Mistake(
        "attention", '"right" if exact else "left"', '"right"', "v10_text", "attention"
    ),
    "observations see the readouts": Mistake(
        "attention",
        "(seeing != TASK) & (seen == OBSERVATION)",
        "(seeing != TASK) & (seen >= OBSERVATION)",
        "v15_five",
        "attention",
    ),
    "the past sees the future": Mistake(
        "attention", "times[None, :] <= times[:, None]", "times[None, :] >= -1", "v15_five", "attention"
    ),
    "the repeated instruction is masked by the steps": Mistake(
        "sequence",
        "real.append(np.repeat(instruction[:, None], window, axis=1))",
        "real.append(instruction[:, None] & parts.seen.real[..., None])",
        "v15_first_step",
        "attention",
    ),
    "the instruction is not repeated": Mistake(
        "structure", "repeats=model.repeat_task_tokens", "repeats=False", "v15_five", "attention"
    ),
    "padded steps are attended to": Mistake(
        "sequence", "(parts.seen.real & shown)", "shown", "v15_first_step", "attention"
    ),
    "padded pictures are attended to": Mistake(
        "sequence", "(parts.seen.real & shown)", "parts.seen.real", "v15_batch_masked", "attention"
    ),
    "an instruction that does not count is attended to": Mistake(
        "inputs", "np.ones(batch, bool) if given is None", "np.ones(batch, bool) if True", "v15_goals", "attention"
    ),
    "what is hidden is seen": Mistake("plan", "if seen.all():", "if True:", "v15_batch_masked", "readout"),
    "an instruction is taken for another": Mistake(
        "answering",
        "self._told.recalled(each.tobytes(), ",
        'self._told.recalled(b"", ',
        "o4_batch2_wrist_padded_for_second",
        "readout",
    ),
    "a picture is taken for another": Mistake(
        "answering", ".encode() + picture.tobytes()", ".encode()", "v15_five", "readout"
    ),
    "a plan is used for other steps": Mistake(
        "answering", "marks = (wanted, parts.seen.real, ", "marks = (wanted, ", "loop", "chunk"
    ),
    "the last layer's values have no offset": Mistake(
        "transformer", ".flatten(-2) + self._bias", ".flatten(-2)", "v15_five", "readout"
    ),
    "the last layer sees an instruction as it was at first": Mistake(
        "network", "self._last.normal(x)", "self._last.normal(tokens)", "v15_five", "readout"
    ),
    "a projection's offset is lost": Mistake(
        "network", "f.linear(bias.float(), weight, offset)", "f.linear(bias.float(), weight)", "v15_five", "readout"
    ),
    "kernels are not standardised": Mistake(
        "layout", "tensor = standardised(tensor.float())", "pass", "v15_five", "readout"
    ),
    "GroupNorm's epsilon is torch's": Mistake(
        "network",
        "nn.GroupNorm(_GROUPS, size, eps=EPSILON)",
        "nn.GroupNorm(_GROUPS, size, eps=1e-3)",
        "v15_five",
        "readout",
    ),
    "GroupNorm has 16 groups": Mistake("network", "_GROUPS = 32", "_GROUPS = 16", "v15_five", "readout"),
    "GELU is exact": Mistake("packed", '_GELU = "tanh"', '_GELU = "none"', "v15_five", "readout"),
    "tokens of a picture run column by column": Mistake(
        "network",
        "tokens.flatten(2).transpose(1, 2)",
        "tokens.transpose(2, 3).flatten(2).transpose(1, 2)",
        "v15_five",
        "readout",
    ),
    "the last places are used instead of the first": Mistake(
        "answering", "+ places[:, step]", "+ places[:, step - parts.seen.real.shape[1]]", "v15_five", "readout"
    ),
    "heads are split the wrong way round": Mistake(
        "transformer",
        "x.reshape(*x.shape[:2], count, heads, -1)",
        "x.reshape(*x.shape[:2], count, -1, heads).transpose(3, 4)",
        "v15_five",
        "readout",
    ),
    "T5's scores are scaled": Mistake(
        "words", "q @ k.transpose(-1, -2) + bias", "q @ k.transpose(-1, -2) / 4 + bias", "v15_five", "t5"
    ),
    "T5 does not tell before from after": Mistake("words", "(away > 0) * half", "(away < 0) * half", "v15_five", "t5"),
    "T5 attends to padding": Mistake(
        "words",
        "(1 - mask[:, None, None, :].to(x.dtype))",
        "(mask[:, None, None, :].to(x.dtype) * 0)",
        "v15_five",
        "t5",
    ),
    "texts are padded at their beginning": Mistake(
        "words", "enable_padding(", 'enable_padding(direction="left", ', "v15_five", "words"
    ),
    "texts are cut at their beginning": Mistake(
        "words",
        "enable_truncation(length)",
        'enable_truncation(length, direction="left")',
        "o4_batch2_wrist_padded_for_second",
        "words",
    ),
    "Fourier features begin with sin": Mistake(
        "head", "[torch.cos(angles), torch.sin(angles)]", "[torch.sin(angles), torch.cos(angles)]", "v15_five", "score"
    ),
    "readouts are averaged over the steps": Mistake(
        "model",
        "times, read.mean(-2)",
        "times, read.mean((-3, -2), keepdim=True)[:, :, 0].expand(-1, noisy.shape[1], -1)",
        "v15_five",
        "score",
    ),
    "only one of several readouts is used": Mistake(
        "model", "read[:, -1].mean(-2)", "read[:, -1, 0]", "v10_text", "actions"
    ),
    "the first step of the window acts": Mistake(
        "answering", "layout.read[-1:] if last", "layout.read[:1] if last", "v15_five", "actions"
    ),
    "the noise of the first step is used": Mistake("model", "fresh[:, :, -1]", "fresh[:, :, 0]", "v15_five", "actions"),
    "the cosine schedule has no offset": Mistake(
        "head", "_OFFSET, _LARGEST = 0.008, 0.999", "_OFFSET, _LARGEST = 0.0, 0.999", "v15_goals", "actions"
    ),
    "the schedule is not bounded": Mistake(
        "head", "_OFFSET, _LARGEST = 0.008, 0.999", "_OFFSET, _LARGEST = 0.008, 0.99", "v15_five", "actions"
    ),
    "noise is used in the opposite order": Mistake(
        "head", "zip(z, reversed", "zip(z.flip(0), reversed", "v15_five", "actions"
    ),
    "noise is added after the last step too": Mistake("head", "if t > 0:", "if t >= 0:", "v15_five", "actions"),
    "chunks are clipped at 1": Mistake(
        "structure", "max_action: float = 5.0", "max_action: float = 1.0", "v15_five", "actions"
    ),
    "numbers that the embodiment lacks are denoised": Mistake(
        "head", "x = torch.where(used, x, float(np.sqrt(1 - alpha_hat)) * fresh)", "pass", "v15_five", "actions"
    ),
    "a chunk runs number by number": Mistake(
        "head",
        "x.reshape(-1, head.action_horizon, head.action_dim)",
        "x.reshape(-1, head.action_dim, head.action_horizon).transpose(1, 2)",
        "v15_five",
        "actions",
    ),
    "numbers that were not scaled are scaled": Mistake(
        "scaling",
        "np.ones(self.size, bool) if self.mask is None",
        "np.ones(self.size, bool) if True",
        "v15_goal_primary_only",
        "actions",
    ),
    "bounds are taken for 0..1": Mistake(
        "scaling",
        "(actions + 1) * (high - low) / 2 + low",
        "actions * (high - low) + low",
        "v15_five_bounds",
        "actions",
    ),
    "the wrist picture is cropped": Mistake("adapter", "cropped=each.key == _CROPPED", "cropped=True", "loop", "chunk"),
    "the primary picture is not cropped": Mistake(
        "adapter", "cropped=each.key == _CROPPED", "cropped=False", "loop", "chunk"
    ),
    "noise is drawn in the opposite order": Mistake(
        "model",
        "normal(source, *shape), normal(source, self._structure.head.diffusion_steps, *shape)",
        "(normal(source, self._structure.head.diffusion_steps, *shape), normal(source, *shape))[::-1]",
        "loop",
        "chunk",
    ),
    "the frame that stands in counts as real": Mistake(
        "playing",
        "np.arange(self._window) >= self._window - self._seen",
        "np.arange(self._window) >= 0",
        "loop",
        "chunk",
    ),
    "history runs backwards": Mistake(
        "playing", "for each in self._frames]", "for each in reversed(self._frames)]", "loop", "chunk"
    ),
    "a chunk's age is counted from the oldest": Mistake(
        "playing", "enumerate(reversed(self._kept))", "enumerate(self._kept)", "loop", "ensembled"
    ),
    "pictures shrink without antialiasing": Mistake("pictures", "max(scale, 1.0)", "1.0", "resizing", "pixels"),
    "pictures are resized by lanczos2": Mistake("pictures", "_LOBES = 3.0", "_LOBES = 2.0", "resizing", "pixels"),
    "the crop keeps 0.9 of each side": Mistake(
        "pictures", "np.sqrt(np.float32(_AVERAGE))", "np.float32(_AVERAGE)", "resizing", "pixels"
    ),
    "the crop is taken from the corner": Mistake(
        "pictures", "place = ((1 - kept) / 2 + np", "place = (0 * kept + np", "resizing", "pixels"
    ),
    "pictures are rounded before they are cropped": Mistake(
        "pictures",
        "    if cropped:",
        "    colours = np.clip(np.round(colours), 0, 255)\n    if cropped:",
        "resizing",
        "differing",
    ),
}
