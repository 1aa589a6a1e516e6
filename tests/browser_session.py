"""One person's browser as the server sees it: Streamlit's own websocket messages, without any drawing."""

from __future__ import annotations

import asyncio
import base64
import contextlib
import io
import json
import math
import time
import urllib.error
import urllib.request
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

import numpy as np
import websockets
from PIL import Image
from streamlit.components.v2.bidi_component.main import _make_trigger_id
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.proto.WidgetStates_pb2 import WidgetState
from websockets.typing import Origin, Subprotocol

_FINISHED_EARLY = ForwardMsg.ScriptFinishedStatus.Value("FINISHED_EARLY_FOR_RERUN")
_WHOLE_PAGE = ForwardMsg.ScriptFinishedStatus.Value("FINISHED_SUCCESSFULLY")
_BROKEN = ForwardMsg.ScriptFinishedStatus.Value("FINISHED_WITH_COMPILE_ERROR")


@dataclass
class Widget:
    """What the server sent about a widget, and the fragment that it belongs to."""

    id: str
    fragment: str
    element: Any


@dataclass
class Timing:
    """A request, and the seconds until its page had arrived completely; NaN before."""

    kind: str
    sent: float
    seconds: float = math.nan
    begun: bool = False


@dataclass
class BrowserSession:
    """Open with `async with`; `act` changes a widget. Repeats what the server asks to have repeated."""

    url: str
    page: str
    query: str = ""
    timings: list[Timing] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)
    widgets: dict[str, Widget] = field(default_factory=dict)
    texts: list[str] = field(default_factory=list)
    cookie: str = ""

    async def __aenter__(self) -> BrowserSession:
        self._page_hash = self._session_id = ""
        self._states: dict[str, WidgetState] = {}
        self._timers: dict[str, asyncio.Task] = {}
        self._announced: set[str] = set()
        self._made: dict[str, asyncio.Future] = {}
        self._controls: dict[str, tuple[int, dict]] = {}
        self._pending: list[Timing] = []
        self._idle = asyncio.Event()
        if not self.cookie:
            self.cookie = await asyncio.to_thread(first_cookie, self.url)
        self._socket = await websockets.connect(
            f"ws://{urlsplit(self.url).netloc}/_stcore/stream",
            subprotocols=[Subprotocol("streamlit"), Subprotocol(self.cookie.partition("=")[2])],
            additional_headers={"Cookie": self.cookie},
            origin=Origin(self.url),
            max_size=None,
        )
        self._reader = asyncio.create_task(self._read())
        await self.rerun("open")
        return self

    async def __aexit__(self, *_) -> None:
        for timer in self._timers.values():
            timer.cancel()
        self._reader.cancel()
        await self._socket.close()

    async def settled(self, seconds: float = 60) -> None:
        """Wait until every request is answered."""
        await asyncio.wait_for(self._idle.wait(), seconds)

    async def act(self, label: str, **value) -> None:
        """Change the widget with this label: a protobuf value such as trigger_value=True."""
        widget = self.widgets[label]
        state = WidgetState(id=widget.id)
        for name, content in value.items():
            if isinstance(content, list):
                getattr(state, name).data.extend(content)
            else:
                setattr(state, name, content)
        self._states[widget.id] = state
        await self.rerun("change", widget.fragment)
        if any("trigger" in name for name in value):
            del self._states[widget.id]

    async def let_go(self, channel: str, **values) -> None:
        """Move controls of the browser's own (ui/live), by name, and let go: the whole channel is sent."""
        data = json.loads(self.widgets[channel].element.json)
        given, shown = self._controls.get(channel, (None, {}))
        if given != data["given"]:
            shown = data["values"]
        shown = {**shown, **values}
        self._controls[channel] = data["given"], shown
        moved = {"at": time.time_ns() // 1_000_000, "values": shown}
        await self.act(channel, json_value=json.dumps({"moved": moved}))

    async def draw(self, pixels: np.ndarray) -> None:
        """Draw on the page's canvas: grey uint8 (height, width)."""
        drawing = {"drawing": {"raw": {"objects": []}, "data": data_url(pixels)}}
        await self.act("canvas", json_value=json.dumps(drawing))

    async def download(self, label: str) -> bytes:
        """Have the server make the file of a button with this label, and fetch it; empty if it cannot."""
        request, made = BackMsg(), asyncio.get_running_loop().create_future()
        asked = request.backend_operation_request
        asked.request_id, asked.session_id = f"{id(made)}", self._session_id
        asked.deferred_file.file_id = self.widgets[label].element.deferred_file_id
        self._made[asked.request_id] = made
        await self._socket.send(request.SerializeToString())
        answer = await asyncio.wait_for(made, 60)
        if answer.error_msg:
            return b""
        return await asyncio.to_thread(_fetched, f"{self.url}{answer.deferred_file.url}", self.cookie)

    async def rerun(self, kind: str, fragment: str = "", automatic: bool = False) -> None:
        """Ask the server for the page, or a fragment of it."""
        message = BackMsg()
        client = message.rerun_script
        client.page_name = "" if self._page_hash else self.page
        client.page_script_hash = self._page_hash
        client.query_string = self.query
        client.fragment_id = fragment
        client.is_auto_rerun = automatic
        client.widget_states.widgets.extend(self._states.values())
        timing = Timing(kind, time.perf_counter())
        self._pending.append(timing)
        self._idle.clear()
        await self._socket.send(message.SerializeToString())

    async def _read(self) -> None:
        try:
            async for content in self._socket:
                self._take(ForwardMsg.FromString(content))
        except (websockets.ConnectionClosed, ValueError) as error:
            self.errors.append(f"the connection broke: {error}")

    def _take(self, message: ForwardMsg) -> None:
        kind = message.WhichOneof("type")
        if kind == "new_session":
            self._session_id = message.new_session.initialize.session_id
            for timing in self._pending:
                timing.begun = True
            self._announced.clear()
        elif kind == "page_info_changed":  # what the address bar says now, which comes back with each request
            self.query = message.page_info_changed.query_string
        elif kind == "navigation":
            self._page_hash = message.navigation.page_script_hash
        elif kind == "delta" and message.delta.WhichOneof("type") == "new_element":
            self._see(message.delta.new_element, message.delta.fragment_id)
        elif kind == "delta" and message.delta.WhichOneof("type") == "add_block":
            block = message.delta.add_block
            content = getattr(block, block.WhichOneof("type") or "vertical")
            if getattr(content, "id", "") and hasattr(content, "label"):  # what is folded, until it is opened
                self.widgets[content.label] = Widget(content.id, message.delta.fragment_id, content)
        elif kind == "backend_operation_response":
            answer = message.backend_operation_response
            self._made.pop(answer.request_id).set_result(answer)
        elif kind == "auto_rerun":
            self._announced.add(message.auto_rerun.fragment_id)
            self._start_timer(message.auto_rerun.interval, message.auto_rerun.fragment_id)
        elif kind == "script_finished":
            self._finish(message.script_finished)

    def _see(self, element, fragment: str) -> None:
        kind = element.WhichOneof("type")
        content = getattr(element, kind)
        if kind == "exception" or (kind == "alert" and "went wrong" in content.body):
            self.errors.append(f"{kind}: {content}"[:300])
        elif kind == "html":
            self.texts = [*self.texts[-200:], content.body]
        elif kind == "bidi_component":
            name = "canvas" if "canvas" in content.component_name else content.id.partition("-live-")[2]
            self.widgets[name] = Widget(content.id, fragment, content)
            if content.component_name == "kd_class_following":  # what it has to say goes by another id
                self.widgets["news"] = Widget(_make_trigger_id(content.id, "events"), fragment, content)
            self.texts = [*self.texts[-200:], content.json]
        elif hasattr(content, "label") and hasattr(content, "id"):
            self.widgets[content.label] = Widget(content.id, fragment, content)

    def _finish(self, status: int) -> None:
        if status == _BROKEN:
            self.errors.append("a script broke")
        if status == _FINISHED_EARLY:
            return
        if status == _WHOLE_PAGE:
            for fragment in self._timers.keys() - self._announced:
                self._timers.pop(fragment).cancel()
        now = time.perf_counter()
        for timing in [timing for timing in self._pending if timing.begun]:
            timing.seconds = now - timing.sent
            self.timings.append(timing)
            self._pending.remove(timing)
        if not self._pending:
            self._idle.set()

    def _start_timer(self, interval: float, fragment: str) -> None:
        async def tick() -> None:
            with contextlib.suppress(websockets.ConnectionClosed):
                while True:
                    await asyncio.sleep(interval)
                    await self.rerun("look", fragment, automatic=True)

        if fragment in self._timers:
            self._timers[fragment].cancel()
        self._timers[fragment] = asyncio.create_task(tick())


def first_cookie(url: str) -> str:
    """The cookie that a new browser gets."""
    with urllib.request.urlopen(f"{url}/_stcore/health", timeout=30) as answer:
        return (answer.headers.get("Set-Cookie") or "").partition(";")[0]


def _fetched(url: str, cookie: str) -> bytes:
    request = urllib.request.Request(url, headers={"Cookie": cookie})
    try:
        with urllib.request.urlopen(request, timeout=60) as answer:
            return answer.read()
    except urllib.error.HTTPError:  # the page has gone on, and Streamlit has let go of the file
        return b""


def data_url(grey: np.ndarray) -> str:
    """What the canvas sends: white ink on black as a PNG in RGBA."""
    alpha = np.full_like(grey, 255)
    buffer = io.BytesIO()
    Image.fromarray(np.dstack([grey, grey, grey, alpha])).save(buffer, format="PNG")
    return "data:image/png;base64," + base64.b64encode(buffer.getvalue()).decode()
