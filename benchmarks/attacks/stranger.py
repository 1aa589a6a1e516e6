"""An attacker's tools: raw HTTP, websockets without a page behind them, odd pictures."""

from __future__ import annotations

import asyncio
import base64
import contextlib
import io
import json
import socket
from collections.abc import Iterator
from urllib.parse import urlsplit

import numpy as np
import websockets
from PIL import Image, ImageDraw
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from websockets.typing import Subprotocol

SUBPROTOCOL = Subprotocol("streamlit")


def stream(url: str) -> str:
    """The address of the app's websocket."""
    return f"{url.replace('http', 'ws')}/_stcore/stream"


def connected(url: str, **arguments):
    """A websocket to the app, without a cookie or a page unless the arguments provide them."""
    return websockets.connect(stream(url), subprotocols=[SUBPROTOCOL], max_size=None, **arguments)


def message(kind: str) -> bytes:
    """A message that consists only of its kind, such as clear_cache."""
    asked = BackMsg()
    setattr(asked, kind, True)
    return asked.SerializeToString()


async def send(url: str, content: bytes, times: int = 1) -> None:
    """Send one message this many times over one connection, or as often as the app accepts it."""
    with contextlib.suppress(websockets.WebSocketException, OSError):
        async with connected(url) as stranger:
            for _ in range(times):
                await stranger.send(content)
            await asyncio.sleep(1)


def request(url: str, method: str, path: str, headers: dict[str, str], body: bytes = b"") -> bytes:
    """The first line of the answer to a hand-made request; empty if the app hangs up."""
    parts = urlsplit(url)
    lines = [f"{method} {path} HTTP/1.1", "Connection: close", f"Content-Length: {len(body)}"]
    lines += [f"{name}: {value}" for name, value in headers.items()]
    with contextlib.suppress(OSError), socket.create_connection((parts.hostname, parts.port), 20) as line:
        line.sendall("\r\n".join([*lines, "", ""]).encode() + body)
        return line.recv(4096).partition(b"\r\n")[0]
    return b""


@contextlib.contextmanager
def silent(url: str, count: int) -> Iterator[int]:
    """This many silent connections, or as many as there is room for; yields how many there are."""
    parts = urlsplit(url)
    with contextlib.ExitStack() as stack:
        opened = 0
        for _ in range(count):
            try:
                stack.enter_context(socket.create_connection((parts.hostname, parts.port), 2))
            except OSError:
                break
            opened += 1
        yield opened


async def session_of(url: str, cookie: str) -> tuple[contextlib.AsyncExitStack, str]:
    """An open session on Draw that answers nothing, and its id."""
    stack = contextlib.AsyncExitStack()
    line = await stack.enter_async_context(connected(url, origin=url, additional_headers={"Cookie": cookie}))
    asked = BackMsg()
    asked.rerun_script.page_name = "draw"
    await line.send(asked.SerializeToString())
    while True:
        answer = ForwardMsg.FromString(await line.recv())
        if answer.WhichOneof("type") == "new_session":
            return stack, answer.new_session.initialize.session_id


def drawing(content: bytes, kind: str) -> str:
    """What the canvas would send for any picture."""
    data = f"data:image/{kind};base64,{base64.b64encode(content).decode()}"
    return json.dumps({"drawing": {"raw": {"objects": []}, "data": data}})


def photograph(width: int = 6000, height: int = 4000) -> bytes:
    """A phone's JPEG: a stroke on grey paper, with sensor noise."""
    noise = np.random.default_rng(0).normal(0, 4, (height, width)).astype(np.int16)
    paper = Image.new("L", (width, height), 190)
    ImageDraw.Draw(paper).line((0.37 * width, 0.15 * height, 0.6 * width, 0.82 * height), 40, width // 23)
    grey = np.clip(np.asarray(paper).astype(np.int16) + noise, 0, 255).astype(np.uint8)
    buffer = io.BytesIO()
    Image.fromarray(np.dstack([grey, grey, grey])).save(buffer, "JPEG", quality=85)
    return buffer.getvalue()


def repeated_scans(scans: int, side: int = 5000) -> bytes:
    """A small progressive JPEG that repeats its last scan many times: much work for no picture."""
    buffer = io.BytesIO()
    Image.new("L", (side, side)).save(buffer, "JPEG", progressive=True, quality=10)
    content = buffer.getvalue()
    last = content.rfind(b"\xff\xc4", 0, content.rfind(b"\xff\xda"))
    return content[:-2] + content[last:-2] * scans + b"\xff\xd9"
