"""One passphrase for the whole app (KD_PASSPHRASE): whoever has not given it gets a page that asks for it.

That page stands at every address, and leads on to the one that was asked for: a link to a class works behind
it. A cookie remembers the right passphrase for half a day. It is signed by a key in KD_HOME together with
the passphrase: another passphrase ends all cookies, another start of the server none.
"""

from __future__ import annotations

import hashlib
import hmac
import ipaddress
import os
import secrets
from functools import cache
from html import escape
from pathlib import Path
from string import Template
from unicodedata import normalize
from urllib.parse import parse_qs, quote

from itsdangerous import BadSignature, TimestampSigner
from starlette.concurrency import run_in_threadpool
from starlette.requests import HTTPConnection, Request
from starlette.responses import HTMLResponse, JSONResponse, RedirectResponse, Response
from starlette.types import ASGIApp, Receive, Scope, Send

from kd.text.translation import _, in_language, pgettext, tag_of
from kd.text.words import duration
from ui.shared.language import language_of
from ui.shared.tries import Tries

VARIABLE = "KD_PASSPHRASE"
COOKIE = "kd_passphrase"
KEY_FILE = "passphrase.key"
SECONDS_INSIDE = 12 * 3_600
_MOST_BYTES = 4_096
_EVERYBODY = "everybody"
_NEVER_KEPT = {"cache-control": "no-store", "x-content-type-options": "nosniff"}
_NOTHING_ELSE = {
    "content-security-policy": "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'",
    "vary": "Cookie, Accept-Language",
}


class AsksForPassphrase:
    """ASGI middleware that lets only those in who know KD_PASSPHRASE; without it, everybody."""

    def __init__(self, app: ASGIApp, base: str = "", open_to_all: tuple[str, ...] = ()) -> None:
        """base: the app's path, such as "/lab", or "". open_to_all: paths that ask for no passphrase."""
        self._app, self._path, self._open = app, base or "/", open_to_all
        self._passphrase = _plain(os.environ.get(VARIABLE, ""))
        self._signer: TimestampSigner | None = None
        # A class shares an address. Many addresses together are slowed down, but keep nobody out for long.
        self._tries, self._all_tries = Tries(free=10), Tries(free=200, longest=5.0)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        is_asked = self._passphrase and scope["type"] in ("http", "websocket")
        if not is_asked or scope["path"] in self._open:
            await self._app(scope, receive, send)
        elif _is_form(scope):  # no page of Streamlit's sends one
            request = Request(scope, receive)
            given = await _given(request)
            with in_language(language_of(request)):
                answer = await self._answer(request, given)
            await answer(scope, receive, send)
        elif await self._is_inside(HTTPConnection(scope)):
            await self._app(scope, receive, send)
        elif scope["type"] == "websocket":
            await send({"type": "websocket.close"})
        else:
            request = Request(scope)
            with in_language(language_of(request)):
                answer = _door(request, 401) if _wants_page(request) else _closed()
            await answer(scope, receive, send)

    async def _is_inside(self, connection: HTTPConnection) -> bool:
        cookie = connection.cookies.get(COOKIE, "")
        if not cookie:
            return False
        try:
            (await self._signed()).unsign(cookie, max_age=SECONDS_INSIDE)
        except BadSignature:  # or one that has ended
            return False
        return True

    async def _answer(self, request: Request, given: str) -> Response:
        """Returns the way in, or the door with a sentence."""
        visitor = _visitor(request)
        if left := max(self._tries.wait(visitor), self._all_tries.wait(_EVERYBODY)):
            sentence = _("Too many wrong passphrases: wait {time}, then try again.", time=duration(left))
            return _door(request, 429, sentence)
        if not hmac.compare_digest(_digest(_plain(given)), _digest(self._passphrase)):
            sentence = _("This is not the passphrase.")
            if wait := max(self._tries.count(visitor), self._all_tries.count(_EVERYBODY)):
                time = duration(wait)
                sentence = _("{sentence} Wait {time} before you try again.", sentence=sentence, time=time)
            return _door(request, 401, sentence)
        self._tries.forget(visitor)
        answer = RedirectResponse(_same_address(request), 303, headers=_NEVER_KEPT)
        answer.set_cookie(
            COOKIE,
            (await self._signed()).sign(b"inside").decode(),
            max_age=SECONDS_INSIDE,
            path=self._path,
            secure=request.url.scheme == "https",
            httponly=True,
            samesite="lax",
        )
        return answer

    async def _signed(self) -> TimestampSigner:
        """Returns what signs cookies, made when it is first needed."""
        if self._signer is None:
            key = await run_in_threadpool(_key)
            secret = key + _digest(self._passphrase)
            self._signer = TimestampSigner(secret, salt=COOKIE, digest_method=hashlib.sha256)
        return self._signer


def _key() -> bytes:
    """Returns the key in KD_HOME; where none can be kept, one for as long as this process lives."""
    from kd.base.files import write_whole
    from kd.store.store import default_home

    try:
        path = default_home() / KEY_FILE
        if not path.exists():
            write_whole(path, secrets.token_bytes(32))
            path.chmod(0o600)
        return path.read_bytes() or secrets.token_bytes(32)
    except (OSError, ValueError):  # /ready says so
        return secrets.token_bytes(32)


def _plain(text: str) -> str:
    """Returns a passphrase as it is compared: keyboards write the same letters in several ways."""
    return normalize("NFC", text).strip()


def _digest(text: str) -> bytes:
    return hashlib.sha256(text.encode("utf-8", "replace")).digest()


def _is_form(scope: Scope) -> bool:
    if scope["type"] != "http" or scope["method"] != "POST":
        return False
    kind = HTTPConnection(scope).headers.get("content-type", "")
    return kind.partition(";")[0].strip().lower() == "application/x-www-form-urlencoded"


async def _given(request: Request) -> str:
    """Returns the passphrase in a form; "" if there is none, or far too long a one."""
    body = b""
    async for part in request.stream():
        body += part
        if len(body) > _MOST_BYTES:
            return ""
    try:
        return parse_qs(body.decode("latin-1"), max_num_fields=5).get("passphrase", [""])[0]
    except ValueError:
        return ""


def _visitor(request: Request) -> str:
    """Returns who tries: an address, of IPv6 its network, as one person may have all addresses of that."""
    host = request.client.host if request.client else ""
    try:
        address = ipaddress.ip_address(host.partition("%")[0])
    except ValueError:
        return host
    return host if address.version == 4 else str(ipaddress.ip_network((address, 64), strict=False))


def _same_address(request: Request) -> str:
    """Returns the address that was asked for, relative to itself, so that it can lead to no other server."""
    page = quote(request.scope["path"].rpartition("/")[2])
    query = request.scope["query_string"].decode("latin-1")
    return f"./{page}?{query}" if query else f"./{page}"


def _wants_page(request: Request) -> bool:
    return request.method == "GET" and "text/html" in request.headers.get("accept", "")


def _closed() -> Response:
    """Returns a sentence, as JSON: Streamlit shows it on a page that was open when its cookie ended."""
    return JSONResponse(_("Reload the page, and give the passphrase."), 401, headers=_NEVER_KEPT)


def _door(request: Request, status: int, refusal: str = "") -> Response:
    words = {
        "language": tag_of(language_of(request)),
        "introduction": _("Whoever gave you this address knows the passphrase."),
        "label": _("Passphrase"),
        "refusal": refusal,
        "button": pgettext("door", "Enter"),
    }
    page = _template().substitute({name: escape(text) for name, text in words.items()})
    return HTMLResponse(page, status, headers={**_NEVER_KEPT, **_NOTHING_ELSE})


@cache
def _template() -> Template:
    return Template(Path(__file__).with_name("door.html").read_text(encoding="utf-8"))
