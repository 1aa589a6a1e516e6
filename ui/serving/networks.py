"""Networks as files, for the engine in the browser. A browser asks for each once, and keeps it for good."""

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

from kd.text.translation import _

PATH = "/networks/{name}"
_FOR_GOOD = {"cache-control": "public, max-age=31536000, immutable", "x-content-type-options": "nosniff"}


def address(name: str) -> str:
    """Returns where a network of `Run.network_names` is, relative to pages; another once it is replaced."""
    return PATH.format(name=name).lstrip("/")


def network(request: Request) -> Response:
    """Answers with the file, or 404; runs in a thread."""
    from ui.shared.server import lab

    content = lab().runs.packed(request.path_params["name"])
    if content is None:
        return PlainTextResponse(_("There is no such network here."), 404)
    return Response(content, media_type="application/octet-stream", headers=_FOR_GOOD)
