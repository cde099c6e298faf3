"""Linear layers as they are computed: weights laid out once for oneDNN's products where there is one, else torch's."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor, nn
from torch.nn import functional as f

_GELU = "tanh"  # flax's gelu is the approximate one
_OPERATORS = ("_linear_pointwise", "_reorder_linear_weight")  # those torch.compile uses


def laid_out(weight: Tensor) -> bool:
    """Whether oneDNN computes with this weight: a float32 matrix on a CPU whose torch has it in use."""
    there = torch.backends.mkldnn.is_available()  # type: ignore[no-untyped-call]
    used = there and torch.backends.mkldnn.enabled and all(hasattr(torch.ops.mkldnn, name) for name in _OPERATORS)
    return bool(used and weight.device.type == "cpu" and weight.dtype == torch.float32)


class Product:
    """One or more linear layers of the same input as a single one; what follows it is computed on its way out."""

    def __init__(self, layers: Sequence[nn.Linear], rows: int) -> None:
        """`rows` is how many rows are usual: a layout is chosen for so many, and right for any number."""
        weight = torch.cat([each.weight for each in layers])
        self._bias = torch.cat([each.bias for each in layers])
        self._packed = laid_out(weight)
        self._weight: Tensor = torch.ops.mkldnn._reorder_linear_weight(weight, rows) if self._packed else weight

    def __call__(self, x: Tensor) -> Tensor:
        """x (..., in) -> (..., out)."""
        if not self._packed:
            return f.linear(x, self._weight, self._bias)
        y: Tensor = torch.ops.mkldnn._linear_pointwise(x, self._weight, self._bias, "none", [], "")
        return y

    def activated(self, x: Tensor) -> Tensor:
        """GELU of the layer's answer."""
        if not self._packed:
            return f.gelu(f.linear(x, self._weight, self._bias), approximate=_GELU)
        y: Tensor = torch.ops.mkldnn._linear_pointwise(x, self._weight, self._bias, "gelu", [], _GELU)
        return y

    def added(self, x: Tensor, to: Tensor) -> Tensor:
        """The layer's answer added to `to` (..., out)."""
        if not self._packed:
            return to + f.linear(x, self._weight, self._bias)
        y: Tensor = torch.ops.mkldnn._linear_pointwise.binary(x, to, self._weight, self._bias, "add")
        return y
