"""A rerun of each page on the server: the script and everything it sends, without browser or network."""

from __future__ import annotations

import logging
import os
import sys
import tempfile
import time
from pathlib import Path
from unittest.mock import patch

PROJECT = Path(__file__).resolve().parent.parent


def rerun_seconds(repeats: int) -> dict[str, list[float]]:
    """{page: seconds of each rerun}, after one that fills the caches; the pages show the included run.

    Raises:
        RuntimeError: when a page raises, or a rerun loads TensorFlow.
    """
    from streamlit.testing.v1 import AppTest

    from kd.lab import Lab

    logging.getLogger("streamlit").setLevel(logging.ERROR)
    found = {}
    with (
        tempfile.TemporaryDirectory() as home,
        patch.dict(os.environ, {"KD_HOME": home}),
        patch.object(Lab, "warm_up", lambda self: None),  # no page needs to wait for an engine
    ):
        for name in ["home", *sorted(path.stem for path in (PROJECT / "pages").glob("*.py"))]:
            app = AppTest.from_file(str(PROJECT / "app.py"), default_timeout=120)
            if name != "home":
                app.switch_page(f"pages/{name}.py")
            app.run()
            seconds = []
            for _ in range(repeats):
                started = time.perf_counter()
                app.run()
                seconds.append(time.perf_counter() - started)
            if app.exception:
                raise RuntimeError(f"The page {name} raised: {app.exception[0].value}")
            found[name] = seconds
    if "tensorflow" in sys.modules:
        raise RuntimeError("A rerun loaded TensorFlow.")
    return found
