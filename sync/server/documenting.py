"""What the OpenAPI document says beyond what the handlers' signatures do, and the page at /docs that shows it.

The page is made here and needs nothing else: no script, no other host.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any, ClassVar

from litestar import Request
from litestar.openapi.config import OpenAPIConfig
from litestar.openapi.datastructures import ResponseSpec
from litestar.openapi.plugins import OpenAPIRenderPlugin
from litestar.openapi.spec import (
    Components,
    OpenAPIFormat,
    OpenAPIMediaType,
    OpenAPIResponse,
    OpenAPIType,
    Operation,
    Parameter,
    RequestBody,
    Schema,
    SecurityScheme,
)

from sync.api import CONTENT_TYPE, H_DEVICE, H_NONCE, H_SEQUENCE, H_SIGNATURE, H_VERSION, ErrorBody
from sync.server.web.rendering import html

JSON, BYTES = "application/json", "application/octet-stream"
SIGNED: tuple[dict[str, list[str]], ...] = ({"device": []},)
WITH_TOKEN: tuple[dict[str, list[str]], ...] = ({"token": []},)
_ALWAYS = (400, 413, 429, 500, 503)  # what any request may be told
_BINARY = Schema(type=OpenAPIType.STRING, format=OpenAPIFormat.BINARY)
_HEADERS = {
    H_VERSION: ("-?[0-9]{1,6}", "the version of sync that the workstation speaks"),
    H_DEVICE: (".{1,64}", "the id told at enrolment"),
    H_SEQUENCE: ("[1-9][0-9]{0,15}", "a number that grows with every request of the device"),
    H_NONCE: ("[0-9a-f]{32}", "16 random bytes"),
    H_SIGNATURE: (
        "[A-Za-z0-9+/]{86}==",
        "Ed25519 over method, target, version, sequence, nonce and SHA-256 of the body",
    ),
}


def refusals(*statuses: int) -> dict[int, ResponseSpec]:
    """Why a request may be refused, beyond what may befall every one."""
    return {
        status: ResponseSpec(ErrorBody, generate_examples=False, description=HTTPStatus(status).phrase, media_type=JSON)
        for status in sorted({*statuses, *_ALWAYS})
    }


@dataclass
class _Described(Operation):
    """An operation whose bodies are more than one record in JSON."""

    takes: ClassVar[tuple[str, ...]] = ()  # media types
    answers: ClassVar[Mapping[int, tuple[str, ...]]] = {}
    signed: ClassVar[bool] = False

    def __post_init__(self) -> None:
        """Say so."""
        if self.takes:
            self.request_body = RequestBody(content=dict.fromkeys(self.takes, _bytes()), required=True)
        self.responses = self.responses or {}
        for status, kinds in self.answers.items():
            present = self.responses.get(str(status), OpenAPIResponse(description=HTTPStatus(status).phrase))
            assert isinstance(present, OpenAPIResponse)
            known = present.content or {}
            content = {kind: known.get(kind, _bytes()) for kind in kinds} or None
            self.responses[str(status)] = OpenAPIResponse(
                description=present.description, headers=present.headers, content=content
            )
        if self.signed:
            self.parameters = [*(self.parameters or ()), *_signed_headers()]


def operation(
    takes: tuple[str, ...] = (), answers: Mapping[int, tuple[str, ...]] | None = None, *, signed: bool = False
) -> type[Operation]:
    """How the document describes an operation: media types of its body and answers, and whether a device signs it."""
    return type("Described", (_Described,), {"takes": takes, "answers": answers or {}, "signed": signed})


PACKED = (CONTENT_TYPE,)
NOTHING: tuple[str, ...] = ()


class _Page(OpenAPIRenderPlugin):
    """The document as a page."""

    def render(self, request: Request[Any, Any, Any], openapi_schema: dict[str, Any]) -> bytes:
        """The page."""
        found = [
            (method.upper(), path, told)
            for path, methods in openapi_schema["paths"].items()
            for method, told in methods.items()
        ]
        schemas = openapi_schema.get("components", {}).get("schemas", {})
        about = openapi_schema["info"]
        return html("documentation.html", path="/docs", about=about, operations=found, schemas=schemas)


def documentation() -> OpenAPIConfig:
    """The document's own settings: /docs for people, /docs/openapi.json for programs."""
    schemes = {
        "token": SecurityScheme(type="http", scheme="bearer", description="A token of the scope `record`."),
        "device": SecurityScheme(
            type="apiKey", name=H_SIGNATURE, security_scheme_in="header", description="Signed by an enrolled device."
        ),
    }
    return OpenAPIConfig(
        title="VLA Arena central service",
        version="1",
        path="/docs",
        use_handler_docstrings=True,
        components=Components(security_schemes=dict(schemes)),
        render_plugins=[_Page(path="/")],
    )


def _bytes() -> OpenAPIMediaType:
    return OpenAPIMediaType(schema=_BINARY)


def _signed_headers() -> list[Parameter]:
    return [
        Parameter(
            name=name,
            param_in="header",
            required=True,
            description=description,
            schema=Schema(type=OpenAPIType.STRING, pattern=f"^{pattern}$"),
        )
        for name, (pattern, description) in _HEADERS.items()
    ]
