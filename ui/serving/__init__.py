"""Between the network and the pages: who may ask, for what, and how much of it.

`app.py` hands this to Streamlit, which sets it up before the first visitor. `hosts` and `passphrase` say who
may ask, `limits` what and how much, `readiness` whether it works. tests/ui/serving/test_serving.py tries each
bound on a real server, and so notices a version of Streamlit or uvicorn in which it no longer holds.

Of `kd`, only what is light is imported here: the server is up before `load` loads the lab.
"""

import asyncio
import importlib
import logging
import threading
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import streamlit as st
from starlette.middleware import Middleware
from starlette.routing import Route
from streamlit import cli_util, config
from streamlit.runtime import Runtime
from streamlit.web.server import server_util

from kd.engine.processes import share_freed_memory
from kd.text.translation import _
from ui.serving import classes, limits, networks, readiness
from ui.serving.first_paint import ShowsWaiting
from ui.serving.hosts import KnownHostsOnly
from ui.serving.old_addresses import LeadsOn
from ui.serving.passphrase import AsksForPassphrase
from ui.shared.language import follow_the_reader

__all__ = ["explain", "lifespan", "middleware", "routes"]

LOADED_AT_START = ("scipy.special", "ui.shared.server", "kd.charts.run_charts")
"""What Home needs, and takes longest to load; the lab limits the threads of all that is loaded before it."""


def middleware() -> list[Middleware]:
    """Returns what every request passes through before it reaches Streamlit; also prepares the process."""
    # threads draw pages, many at once when a class begins: what they free serves all that come later
    share_freed_memory()
    follow_the_reader()
    logging.getLogger("uvicorn.error").setLevel(logging.WARNING)
    open_to_all = (_at(readiness.PATH), _at("/_stcore/health"))
    door = Middleware(AsksForPassphrase, base=_at(""), open_to_all=open_to_all)
    inside = (LeadsOn, limits.BoundedUploads, ShowsWaiting)
    return [Middleware(KnownHostsOnly), door, *(Middleware(each) for each in inside)]


def routes() -> list[Route]:
    """Returns what is served besides Streamlit's own files."""
    served = {networks.PATH: networks.network, classes.PATH: classes.news, readiness.PATH: readiness.ready}
    return [Route(_at(path), answer) for path, answer in served.items()]


def _at(path: str) -> str:
    """Returns a path of ours below the server's, if it has one."""
    base = config.get_option("server.baseUrlPath").strip("/")
    return f"/{base}{path}" if base else path


@asynccontextmanager
async def lifespan(_app: object) -> AsyncIterator[None]:
    """Guards Streamlit's runtime while the server is up; opens a browser unless it runs headless."""
    runtime = Runtime.instance()
    limits.guard(runtime)
    limits.stay_on_pages()
    load()
    if not config.get_option("server.headless"):
        url = server_util.get_url(config.get_option("browser.serverAddress") or "localhost")
        asyncio.get_running_loop().run_in_executor(None, cli_util.open_browser, url)
    try:
        yield
    finally:
        runtime.stop()
        await asyncio.wait([asyncio.ensure_future(runtime.stopped)], timeout=5)


def load() -> threading.Thread:
    """Starts to load what the first visitor would wait for, in a thread, which is returned."""
    thread = threading.Thread(target=_load, name="kd-load", daemon=True)
    thread.start()
    return thread


def _load() -> None:
    for library in LOADED_AT_START:
        importlib.import_module(library)


def explain(_error: Exception) -> bool:
    """Says in one sentence that something failed outside every guard, as with values no browser sends."""
    st.error(
        _(
            "Something went wrong; the server's log has the details. Saved runs are not affected: "
            "reload the page to go on."
        ),
        icon=":material/error:",
    )
    return True
