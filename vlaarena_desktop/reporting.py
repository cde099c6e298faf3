"""Methods whose errors are shown to the evaluator instead of raised."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec, Protocol, TypeVar

from scenes.errors import ArenaError
from vlaarena_desktop.notices import Notices

P = ParamSpec("P")


class _Reporter(Protocol):
    notices: Notices


R = TypeVar("R", bound=_Reporter)


def reporting(method: Callable[Concatenate[R, P], None]) -> Callable[Concatenate[R, P], bool]:
    """Show an ArenaError through `notices`; the method then returns whether there was none."""

    @wraps(method)
    def reported(self: R, /, *arguments: P.args, **named: P.kwargs) -> bool:
        try:
            method(self, *arguments, **named)
        except ArenaError as error:
            self.notices.show_error(error)
            return False
        return True

    return reported
