"""How large the parts of a checkpoint are: known for the published towers, else read from the weights' shapes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping

from gpu_daemon.policies.openvla.vision import Dimensions
from gpu_daemon.policies.weights import Shape
from scenes.errors import Incompatible

_SIGLIP = Dimensions(width=1152, depth=27, heads=16, hidden=4304, patch=14, pooled=True)
PUBLISHED = {  # timm 0.9's vision_transformer.py
    "vit_large_patch14_reg4_dinov2": Dimensions(
        width=1024, depth=24, heads=16, hidden=4096, patch=14, registers=4, class_token=True, scaled=True
    ),
    "vit_so400m_patch14_siglip_224": _SIGLIP,
    "vit_so400m_patch14_siglip_384": _SIGLIP,
}
_HEADS = {1152: 16, 1280: 16, 1408: 16, 1664: 16}  # by width, where timm's heads are not of 64 channels


def dimensions_of(timm_id: str, shapes: Mapping[str, Shape]) -> Dimensions:
    """The size of the tower called `timm_id` whose weights have these shapes (names without the tower's prefix).

    A tower as wide as the published one of that name must be like it in all else, too. Any other is as large as its
    weights say; see `heads_of` for what they cannot say.

    Raises:
        Incompatible: these are not the weights of a vision transformer, or it has fewer than two blocks.
    """
    blocks = {name: shape for name, shape in shapes.items() if _is_of_block(name) and shape}
    width = usual(shape[0] for name, shape in blocks.items() if name.endswith(".norm1.weight"))
    published = PUBLISHED.get(timm_id.split(".")[0])
    if published is not None and published.width == width:
        return published
    hidden = usual(shape[0] for name, shape in blocks.items() if name.endswith(".fc1.weight"))
    depth = 1 + max((int(name.split(".")[1]) for name in blocks), default=0)
    patch = (0, *shapes.get("patch_embed.proj.weight", ()))[-1]
    if not (width and hidden and patch and depth > 1):
        raise Incompatible(
            f"The weights do not hold the vision transformer '{timm_id}'.",
            hint="Check that the files belong to this kind of model and were fetched completely.",
        )
    return Dimensions(
        width=width,
        depth=depth,
        heads=heads_of(width),
        hidden=hidden,
        patch=patch,
        registers=(*shapes.get("reg_token", ()), 0, 0)[1],
        class_token="cls_token" in shapes,
        scaled=any(name.endswith(".scale_factor") for name in shapes),
        pooled="attn_pool.latent" in shapes,
    )


def heads_of(width: int) -> int:
    """Attention heads of a tower that no table knows by name: those timm gives this width, else 64 channels a head.

    Where 64 do not divide the width, a head has 72 channels as so400m's, else there are 16 heads as in both published
    towers.

    Raises:
        Incompatible: the width can be divided in none of these ways.
    """
    if width in _HEADS:
        return _HEADS[width]
    for heads in (width / 64, width / 72, 16):
        if heads >= 1 and heads == int(heads) and width % int(heads) == 0:
            return int(heads)
    raise Incompatible(
        f"Nothing says how many attention heads a vision tower of width {width} has.",
        hint="Widths are multiples of 64 or 72, or at least of 16.",
    )


def _is_of_block(name: str) -> bool:
    first, _, rest = name.partition(".")
    return first == "blocks" and rest.split(".")[0].isdigit()


def usual(values: Iterable[int]) -> int:
    """The most frequent of these numbers, so that one wrong tensor does not hide which one is wrong; 0 if none."""
    return Counter(values).most_common(1)[0][0] if (values := list(values)) else 0
