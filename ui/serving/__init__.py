"""Between the network and the pages: who may ask, for what, and how much of it.

`app.py` hands this to Streamlit, which sets it up before the first visitor. Where Streamlit or uvicorn has no
setting for what is needed, one of its methods is replaced: `messages`, `sessions` and `uploads` say which of
Streamlit's, `connections` which of uvicorn's. tests/ui/serving/test_serving.py tries each bound on a real
server, and so notices a version of either in which it no longer holds.

Of `kd`, only its words are imported here: the server is up before `ahead` loads the lab.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import streamlit as st
from starlette.middleware import Middleware
from streamlit import cli_util, config
from streamlit.runtime import Runtime
from streamlit.web.server import server_util

from kd.text.translation import _
from ui.serving import ahead, connections, descriptors, log_limit, messages, sessions, uploads
from ui.serving.first_paint import ShowsWaiting
from ui.serving.hosts import KnownHostsOnly
from ui.serving.uploads import ExpectedUploadsOnly
from ui.serving.visitors import BoundedVisitors
from ui.shared.language import follow_the_reader

__all__ = ["explain", "lifespan", "middleware"]


def middleware() -> list[Middleware]:
    """What every request passes through before it reaches Streamlit; also prepares the process."""
    follow_the_reader()
    log_limit.install()
    logging.getLogger("uvicorn.error").setLevel(logging.WARNING)
    most = descriptors.raise_limit()
    connections.bound(most // 2)
    return [
        Middleware(KnownHostsOnly),
        Middleware(BoundedVisitors, most=most // 4),
        Middleware(ExpectedUploadsOnly),
        Middleware(ShowsWaiting),
    ]


@asynccontextmanager
async def lifespan(_app: object) -> AsyncIterator[None]:
    """Guard Streamlit's runtime while the server is up; open a browser unless it runs headless."""
    runtime = Runtime.instance()
    messages.guard(runtime)
    sessions.guard(runtime)
    uploads.guard(runtime)
    ahead.load()
    housekeeping = asyncio.create_task(sessions.forget_departed(runtime))
    if not config.get_option("server.headless"):
        url = server_util.get_url(config.get_option("browser.serverAddress") or "localhost")
        asyncio.get_running_loop().run_in_executor(None, cli_util.open_browser, url)
    try:
        yield
    finally:
        housekeeping.cancel()
        runtime.stop()
        await asyncio.wait([asyncio.ensure_future(runtime.stopped)], timeout=5)


def explain(_error: Exception) -> bool:
    """Say in one sentence that something failed outside every guard, such as values that no browser sends."""
    st.error(
        _(
            "Something went wrong; the server's log has the details. Saved runs are not affected: "
            "reload the page to go on."
        ),
        icon=":material/error:",
    )
    return True
