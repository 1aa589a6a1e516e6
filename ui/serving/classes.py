"""What a page of a class asks every second, over plain HTTP: is there news, and does the class wait for it?

A page asks, and is never told: what a phone has missed while it was away, it hears with its next question.
"""

from __future__ import annotations

import contextlib

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
    """Answers with `Classes.news` whoever is in the class, others with 403 or 404; runs in a thread.

    Others learn no code here: the answer is the same whether there is such a class or not.
    """
    from ui.shared.server import lab

    person = person_of(request.cookies)
    if person is None:
        return _refusal(
            403, _("Your browser sends no cookie: allow cookies for this address, then reload the page.")
        )
    with contextlib.suppress(ValueError):
        room = lab().classes[request.path_params["code"]]
        if room.knows(person):
            return JSONResponse(room.news(person), headers=_NEVER_KEPT)
    return _refusal(404, _("This class has ended, or you are no longer in it."))


def _refusal(status: int, sentence: str) -> JSONResponse:
    return JSONResponse({"sentence": sentence}, status, headers=_NEVER_KEPT)
