"""Whether the server can do its work, for what watches it: Streamlit's own address always says ok."""

from starlette.requests import Request
from starlette.responses import PlainTextResponse

from kd.text.translation import _

PATH = "/ready"


def ready(_request: Request) -> PlainTextResponse:
    """Answers 200, or 503 with one sentence; runs in a thread."""
    sentence = _trouble()
    status = 503 if sentence else 200
    return PlainTextResponse(sentence or _("Ready."), status, headers={"cache-control": "no-store"})


def _trouble() -> str:
    from ui.shared.server import lab

    try:
        lab().check()
    except ValueError as error:
        return str(error)
    return ""
