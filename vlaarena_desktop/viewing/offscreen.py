"""An OpenGL context without a window: EGL, or OSMesa where EGL does not open."""

from __future__ import annotations

from typing import Protocol

from scenes.errors import GraphicsUnavailable


class OffscreenContext(Protocol):
    """What MuJoCo's context classes offer."""

    def make_current(self) -> None:
        """Draw into this context from now on, on this thread."""

    def free(self) -> None:
        """Give it back."""


def open_context(width: int, height: int) -> OffscreenContext:
    """The first context that opens.

    Raises:
        GraphicsUnavailable: none does; the detail says why for each.
    """
    reasons: list[str] = []
    for opener in (_egl, _osmesa):
        try:
            return opener(width, height)
        except (ImportError, RuntimeError, AttributeError) as error:
            reasons.append(f"{opener.__name__}: {error}")
    raise GraphicsUnavailable(
        "The replay cannot be drawn: no OpenGL was found.",
        hint="Install the packages libegl1 and libgl1-mesa-dri.",
        detail="; ".join(reasons),
    )


def _egl(width: int, height: int) -> OffscreenContext:
    from mujoco.egl import GLContext

    context: OffscreenContext = GLContext(width, height)
    return context


def _osmesa(width: int, height: int) -> OffscreenContext:
    from mujoco.osmesa import GLContext

    context: OffscreenContext = GLContext(width, height)
    return context
