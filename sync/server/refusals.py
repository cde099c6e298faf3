"""Refusals of the service: what went wrong, in the words of `sync.api.ErrorBody` and with its HTTP status."""

from __future__ import annotations

from scenes.errors import ArenaError, BadInput, NotFound, RuleBroken
from sync.api import ErrorBody, ErrorCode
from sync.server.postgres import DatabaseAway

STATUS: dict[ErrorCode, int] = {
    "bad_request": 400,
    "unauthorized": 401,
    "forbidden": 403,
    "not_found": 404,
    "conflict": 409,
    "too_large": 413,
    "rate_limited": 429,
    "version_too_old": 426,
    "version_too_new": 400,
    "store_forked": 409,
    "replayed": 409,
    "unavailable": 503,
}
CODES: dict[int, ErrorCode] = {404: "not_found", 405: "bad_request", 413: "too_large", 429: "rate_limited"}


class RequestRefused(ArenaError):
    """A request was refused at the door; nothing was changed."""

    def __init__(
        self,
        code: ErrorCode,
        message: str,
        *,
        hint: str = "",
        last_sequence: int | None = None,
        retry_after: int | None = None,
    ) -> None:
        super().__init__(message, hint=hint)
        self.body = ErrorBody(code=code, message=message, hint=hint, last_sequence=last_sequence)
        self.retry_after = retry_after  # [s]


def refusal_of(error: ArenaError) -> RequestRefused:
    """Any expected error as what the client is told; details stay in the log."""
    if isinstance(error, RequestRefused):
        return error
    if isinstance(error, DatabaseAway):
        return RequestRefused("unavailable", error.message, hint=error.hint, retry_after=5)
    kinds: tuple[tuple[type[ArenaError], ErrorCode], ...] = (
        (NotFound, "not_found"),
        (BadInput, "bad_request"),
        (RuleBroken, "conflict"),
    )
    for kind, code in kinds:
        if isinstance(error, kind):
            return RequestRefused(code, error.message, hint=error.hint)
    return RequestRefused("unavailable", "The service could not do it.", hint="Try again later.", retry_after=30)
