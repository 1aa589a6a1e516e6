"""A class of phones, for `python -m benchmarks.classroom --class`: they join, train a seed each, and draw.

A host opens a class, the phones come in one after the other, and each asks for news every second, as
ui/classes/following.js does. Measured is what these phones and the wall wait for.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import json
import random
import re
import time
import urllib.request
from collections.abc import AsyncIterator, Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from urllib.parse import parse_qs, quote

import numpy as np
import psutil

from benchmarks.harness import PATIENCE, say, until
from kd import Lab, load_mnist
from kd.store.classes import STOPPED
from tests.app_process import AppProcess
from tests.browser_session import BrowserSession
from ui.shared.person import person_of

SECONDS_TO_COME = 8.0
"""For so long phones come in, and send their drawings, one after the other."""
SECONDS_AFTER = 150.0  # Streamlit keeps a lost connection's session for two minutes
OWN_RESULT = 'kd kd-distilled"'


async def with_phones(app: AppProcess, options: argparse.Namespace) -> dict[str, Any]:
    """Measures a class, after a small one, which loads whatever every class needs, its verdict too."""
    asyncio.get_running_loop().set_default_executor(ThreadPoolExecutor(options.people + 5))
    with Lab(app.log.parent) as lab:  # which looks at what the app's Lab does
        await a_class(app, lab, min(6, options.people), 900, options.small)
        found = await a_class(app, lab, options.people, 100, options.small)
    await asyncio.sleep(1.0 if options.small else SECONDS_AFTER)
    found["bytes"]["after"] = server_bytes(app)
    return found


async def a_class(app: AppProcess, lab: Lab, people: int, seed: int, is_small: bool) -> dict[str, Any]:
    """Returns what a class of so many phones waits for, from its opening to its last drawing.

    seed: of the first phone. is_small: whether it trains and waits for next to nothing.
    """
    setting = f"seed={seed}" + (",train_size=200,epochs=1" if is_small else "")
    spread = 1.0 if is_small else SECONDS_TO_COME
    host = BrowserSession(app.url, "class", f"plan={quote(f'seeds:{setting};digits')}")
    found: dict[str, Any] = {"bytes": {"before": server_bytes(app)}}
    async with host, contextlib.AsyncExitStack() as everybody:
        await host.settled(PATIENCE)
        await press(host, "Open the class")
        code = parse_qs(host.query)["code"][0]
        phones = [BrowserSession(app.url, "class", f"code={code}") for _ in range(people)]
        await everybody.enter_async_context(following(host, code, "wall"))

        say(f"{people} phones join")
        began = time.perf_counter()
        found["join"] = await each(phones, spread, lambda phone, _number: join(phone, code, everybody))
        found["all joined"] = time.perf_counter() - began

        say("each trains its seed")
        began = time.perf_counter()
        await press(host, "Start")
        stored = asyncio.create_task(asyncio.to_thread(landings, lab, code, people))
        count = f"{people} students" if people > 1 else "One student"
        wall = asyncio.create_task(shown(host, rf"kd-verdict.*\b{count}"))
        results = await each(phones, 0.0, train)
        found["on the wall"] = await wall - began
        landed = await stored
        found["own result"] = [at - landed[name_of(phone)] for phone, at in zip(phones, results, strict=True)]
        timings = [timing for session in (host, *phones) for timing in session.timings]
        found["reruns"] = [each.seconds for each in timings if each.kind == "change" and each.sent > began]

        say("each draws a digit")
        for words in ("Reveal", "Next activity", "Start"):
            await asyncio.sleep(1)  # a button that has just changed takes no click
            await press(host, words)
        found["drawing"] = await each(phones, spread, send_drawing)
        found["bytes"]["with phones"] = server_bytes(app)
        found["drawings"] = len(lab.classes[code].view().answers)
    return {**found, "errors": sorted({error for session in (host, *phones) for error in session.errors})}


async def each(
    phones: list[BrowserSession], seconds: float, does: Callable[[BrowserSession, int], Any]
) -> list[float]:
    """Has all phones do something, all begun after these seconds; returns what each has measured."""

    async def one(number: int, phone: BrowserSession) -> float:
        await asyncio.sleep(seconds * number / len(phones))
        measured: float = await does(phone, number)
        return measured

    return await asyncio.gather(*(one(number, phone) for number, phone in enumerate(phones)))


async def join(phone: BrowserSession, code: str, everybody: contextlib.AsyncExitStack) -> float:
    """Opens the address that the QR code has, and joins; returns the seconds of both."""
    began = time.perf_counter()
    await everybody.enter_async_context(phone)
    await phone.settled(PATIENCE)
    await press(phone, "Join")
    await everybody.enter_async_context(following(phone, code, "mine"))
    return time.perf_counter() - began


async def train(phone: BrowserSession, _number: int) -> float:
    """Trains as soon as the phone offers it; returns when its result is there."""
    await press(phone, "Train my student")
    return await shown(phone, OWN_RESULT)


async def send_drawing(phone: BrowserSession, number: int) -> float:
    """Draws a digit, and returns the seconds from sending it until the page has the models' answers."""
    while "canvas" not in phone.widgets:
        await asyncio.sleep(0.05)
    await phone.draw(np.kron(load_mnist().x_test[number], np.ones((10, 10), np.uint8)))
    await phone.settled(PATIENCE)
    return await press(phone, "Send my")


async def press(session: BrowserSession, words: str) -> float:
    """Presses the button whose label begins so, once it is there; returns the seconds until the answer."""
    async with asyncio.timeout(PATIENCE):
        while not (labels := [label for label in session.widgets if label.startswith(words)]):
            await asyncio.sleep(0.02)
    began = time.perf_counter()
    await session.act(labels[-1], trigger_value=True)
    await session.settled(PATIENCE)
    return time.perf_counter() - began


async def shown(session: BrowserSession, pattern: str) -> float:
    """Waits until the page has shown this; returns when."""
    async with asyncio.timeout(PATIENCE):
        while not any(re.search(pattern, text) for text in session.texts):
            await asyncio.sleep(0.02)
    return time.perf_counter()


@contextlib.asynccontextmanager
async def following(session: BrowserSession, code: str, of: str) -> AsyncIterator[None]:
    """Asks for news every second, and has the page drawn again when there are some."""

    async def ask_again_and_again() -> None:
        while True:
            try:
                tag = (await asyncio.to_thread(ask, session, code))[of]
                if tag != json.loads(session.widgets["news"].element.json)["tag"]:
                    said = json.dumps([{"event": "news", "value": tag}])
                    await session.act("news", json_trigger_value=said)
                    await session.settled(PATIENCE)
            except OSError as error:
                session.errors.append(f"no news: {error}")
            await asyncio.sleep(random.uniform(0.7, 1.0))

    task = asyncio.create_task(ask_again_and_again())
    yield
    task.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await task


def ask(session: BrowserSession, code: str) -> dict[str, Any]:
    """Returns what /class-news answers to this browser."""
    request = urllib.request.Request(f"{session.url}/class-news/{code}", headers={"Cookie": session.cookie})
    with urllib.request.urlopen(request, timeout=30) as answer:
        found: dict[str, Any] = json.load(answer)
        return found


def landings(lab: Lab, code: str, people: int) -> dict[str, float]:
    """Returns when each person's run was stored, as another process sees it."""
    found: dict[str, float] = {}

    def all_landed() -> bool:
        for answer in lab.classes[code].answers():
            if answer.status == STOPPED:
                raise RuntimeError(f"The run {answer.run_id} has no result.")
            if answer.person not in found and lab.store.runs.has(answer.run_id):
                found[answer.person] = time.perf_counter()
        return len(found) == people

    until(all_landed)
    return found


def name_of(phone: BrowserSession) -> str:
    name, _equals, value = phone.cookie.partition("=")
    return person_of({name: value}) or ""


def server_bytes(app: AppProcess) -> int:
    """Returns the memory of the app's own process that no other shares."""
    return int(psutil.Process(app.process.pid).memory_full_info().uss)


def in_words(found: dict[str, Any]) -> Iterable[str]:
    """Yields a line for each thing that somebody waits for, the memory and the errors."""
    for what in ("join", "own result", "reruns", "drawing"):
        p50, p95 = np.percentile(found[what], [50, 95]) * 1e3
        yield f"{what}: {len(found[what])}, p50 {p50:.0f} ms, p95 {p95:.0f} ms"
    yield f"all joined {found['all joined']:.1f} s after the first came"
    yield f"all on the wall {found['on the wall']:.1f} s after the start"
    yield ", ".join(f"{when} {size / 1e6:.0f} MB" for when, size in found["bytes"].items())
    yield from (f"errors: {len(found['errors'])}", *found["errors"][:5])
