"""The attacks: each takes a running app and does one hostile thing to it, for a short time."""

from __future__ import annotations

import asyncio
import contextlib
import os
import sqlite3
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path

from streamlit.proto.WidgetStates_pb2 import WidgetState

from benchmarks.app_process import AppProcess
from benchmarks.attacks import stranger
from benchmarks.browser_session import BrowserSession

SECONDS = 8.0
PATIENCE = 120
SILENT_CONNECTIONS = 1_100
PEOPLE = 30


@dataclass
class Scene:
    """The app that is attacked."""

    app: AppProcess
    home: Path


Act = Callable[[Scene], Awaitable[None]]


async def forbidden_messages(scene: Scene) -> None:
    """Requests that no page makes: clear the caches, look up Git, stop the server."""
    url = scene.app.url
    for kind in ("clear_cache", "debug_shutdown_runtime", "debug_disconnect_websocket", "set_run_on_save"):
        await stranger.send(url, stranger.message(kind), times=3)
    await stranger.send(url, stranger.message("load_git_info"), times=3_000)


async def other_sites(scene: Scene) -> None:
    """Other sites' pages that open the websocket, and a foreign name that points to this address."""

    async def knock() -> None:
        with contextlib.suppress(Exception):
            async with stranger.connected(scene.app.url, origin="https://elsewhere.example", open_timeout=60):
                pass

    await asyncio.gather(*(knock() for _ in range(20)))
    for path in ("/", "/_stcore/health", "/_stcore/host-config"):
        await asyncio.to_thread(stranger.request, scene.app.url, "GET", path, {"Host": "elsewhere.example"})


async def silent_connections(scene: Scene) -> None:
    """More connections than the app has descriptors, all of them silent."""
    with stranger.silent(scene.app.url, SILENT_CONNECTIONS):
        await asyncio.sleep(2 * SECONDS)


async def uploads(scene: Scene) -> None:
    """Sixty files of ten megabytes that no page asked for."""
    async with BrowserSession(scene.app.url, "draw") as person:
        await person.settled(PATIENCE)
        cookie = person.cookie
    stack, session = await stranger.session_of(scene.app.url, cookie)
    body = b'--B\r\nContent-Disposition: form-data; name="f"; filename="a.png"\r\n\r\n'
    body += os.urandom(9_900_000) + b"\r\n--B--\r\n"
    headers = {
        "Host": scene.app.url.partition("//")[2],
        "Cookie": cookie,
        "X-Xsrftoken": cookie.partition("=")[2],
        "Content-Type": "multipart/form-data; boundary=B",
    }
    async with stack:
        for number in range(60):
            path = f"/_stcore/upload_file/{session}/file{number}"
            await asyncio.to_thread(stranger.request, scene.app.url, "PUT", path, headers, body)


async def photographs(scene: Scene) -> None:
    """Thirty people who each upload a photograph of 24 megapixels within the same half minute."""
    await _bring_photographs(scene, over_seconds=30)


async def photographs_at_once(scene: Scene) -> None:
    """The same, all at once."""
    await _bring_photographs(scene, over_seconds=0)


async def _bring_photographs(scene: Scene, over_seconds: float) -> None:
    content = await asyncio.to_thread(stranger.photograph)
    all_there = asyncio.Barrier(PEOPLE)

    async def one(number: int) -> None:
        await asyncio.sleep(0.2 * number)
        async with BrowserSession(scene.app.url, "draw", "way=upload") as person:
            await person.settled(PATIENCE)
            await all_there.wait()
            await asyncio.sleep(over_seconds * number / PEOPLE)
            # bytes after a JPEG's end change nothing, but make it a different file
            await person.upload("A picture of one digit", "photograph.jpg", content + bytes(number))
            await person.settled(PATIENCE)
            if not any("Your picture" in text for text in person.texts):
                raise RuntimeError(f"the photograph was not answered: {person.errors} {person.texts[-3:]}")

    await asyncio.gather(*map(one, range(PEOPLE)))


async def endless_scans(scene: Scene) -> None:
    """A small JPEG that takes minutes to decode."""
    content = stranger.drawing(await asyncio.to_thread(stranger.repeated_scans, 8_000), "jpeg")
    async with BrowserSession(scene.app.url, "draw") as person:
        await person.settled(PATIENCE)
        await person.act("canvas", json_value=content)
        await asyncio.sleep(SECONDS)


async def full_queue(scene: Scene) -> None:
    """One person who presses Train for seed after seed, as fast as the app allows."""
    address = "epochs=20"
    async with BrowserSession(scene.app.url, "train", address) as person:
        await person.settled(PATIENCE)
        until = time.monotonic() + SECONDS
        seed = 0
        while time.monotonic() < until:
            seed += 1
            await person.act("Seed", double_value=float(seed))
            await person.act("Train", trigger_value=True)
            await person.settled(PATIENCE)


async def deletions(scene: Scene) -> None:
    """Two people who delete the same runs at the same moments, and restore them."""
    async with BrowserSession(scene.app.url, "runs") as one, BrowserSession(scene.app.url, "runs") as other:
        await asyncio.gather(one.settled(PATIENCE), other.settled(PATIENCE))
        until = time.monotonic() + SECONDS
        while time.monotonic() < until and all("Delete" in person.widgets for person in (one, other)):
            await asyncio.gather(*(person.act("Delete", trigger_value=True) for person in (one, other)))
            await asyncio.gather(one.settled(PATIENCE), other.settled(PATIENCE))
            for person in (one, other):
                if "Undo" in person.widgets:
                    await person.act("Undo", trigger_value=True)
                    await person.settled(PATIENCE)
                person.widgets.clear()
                await person.rerun("look")
                await person.settled(PATIENCE)


async def wrong_values(scene: Scene) -> None:
    """Values that no control has, for every control of every page."""
    wrong: list[tuple[str, object]] = [
        ("double_value", float("nan")),
        ("int_value", -(2**53)),
        ("string_value", "<img src=x onerror=alert(1)>"),
        ("json_value", "[[[[]]]]"),
        ("double_array_value", [float("nan")]),
        ("int_array_value", [99]),
        ("bytes_value", b"\xff"),
    ]
    for page in ("", "train", "draw", "dark_knowledge", "how_sure", "experiments", "runs"):
        async with BrowserSession(scene.app.url, page) as person:
            await person.settled(PATIENCE)
            for name, value in wrong:
                states = {}
                for widget in person.widgets.values():
                    state = states[widget.id] = WidgetState(id=widget.id)
                    if isinstance(value, list):
                        getattr(state, name).data.extend(value)
                    else:
                        setattr(state, name, value)
                person._states = states
                await person.rerun("wrong")
                await person.settled(PATIENCE)


async def locked_index(scene: Scene) -> None:
    """Another program that locks the index while somebody presses Train."""
    other = sqlite3.connect(scene.home / "lab.sqlite", timeout=30)
    other.execute("BEGIN IMMEDIATE")
    try:
        async with BrowserSession(scene.app.url, "train", "epochs=1&seed=4242") as person:
            await person.settled(PATIENCE)
            await person.act("Train", trigger_value=True)
            await asyncio.sleep(SECONDS)
    finally:
        other.rollback()
        other.close()


async def odd_addresses(scene: Scene) -> None:
    """Addresses that contain markup, long text and digits from other alphabets."""
    odd = ("![x](http://elsewhere.example/p.png)", "[Go](//elsewhere.example)", "x" * 3_000, "٣", "nan", "-0")
    for page, names in (("train", ("alpha", "run", "seed")), ("dark_knowledge", ("view", "T", "picture"))):
        for name in names:
            for value in odd:
                async with BrowserSession(scene.app.url, page, f"{name}={value}") as person:
                    await person.settled(PATIENCE)


ACTS: dict[str, Act] = {
    "forbidden messages": forbidden_messages,
    "other sites": other_sites,
    "silent connections": silent_connections,
    "uploads": uploads,
    "photographs": photographs,
    "photographs at once": photographs_at_once,
    "endless scans": endless_scans,
    "full queue": full_queue,
    "deletions": deletions,
    "wrong values": wrong_values,
    "locked index": locked_index,
    "odd addresses": odd_addresses,
}
