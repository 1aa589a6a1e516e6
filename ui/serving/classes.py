"""What a page of a class asks every second, over plain HTTP: is there news, and does the class wait for it?

A page asks, and is never told: what a phone has missed while it was away, it hears with its next question.
"""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import JSONResponse

from kd.text.translation import _
from ui.shared.person import person_of

PATH = "/class-news/{code}"
_NEVER_KEPT = {"cache-control": "no-store", "x-content-type-options": "nosniff"}


def address(code: str) -> str:
    """Returns where the news of a class is, relative to its page."""
    return PATH.format(code=code).lstrip("/")


def news(request: Request) -> JSONResponse:
    """Answers with `Classes.news`, or says why there is none: 403 or 404; runs in a thread."""
    from ui.shared.server import lab

    person = person_of(request.cookies)
    if person is None:
        return _refusal(403, _("Open the page of the class first: this is for browsers that have."))
    try:
        found = lab().classes.news(request.path_params["code"], person)
    except ValueError as error:
        return _refusal(404, str(error))
    return JSONResponse(found, headers=_NEVER_KEPT)


def _refusal(status: int, sentence: str) -> JSONResponse:
    return JSONResponse({"sentence": sentence}, status, headers=_NEVER_KEPT)
