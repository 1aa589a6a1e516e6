"""The app with a study of its own: `python -m benchmarks.study_in_app run app.py …`, as Streamlit's command.

When the file that KD_STUDY names appears, the engine of the app's Lab trains a student for each configuration
in it, distilled and from scratch in turn, one on each worker; then the file goes.
"""

from __future__ import annotations

import itertools
import json
import os
import sys
import threading
import time
import uuid
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

STUDENTS = ("distilled", "scratch")


def _study_when_asked(request: Path) -> None:
    while not request.exists():
        time.sleep(0.2)
    configs = json.loads(request.read_text())
    with ThreadPoolExecutor(int(os.environ["KD_WORKERS"])) as pool:
        list(pool.map(_train, configs, itertools.cycle(STUDENTS)))
    request.unlink()


def _train(config: dict, name: str) -> None:
    from kd.engine import tasks
    from kd.teachers.logits import shipped_logits
    from kd.training.teaching import Teaching
    from ui.shared.server import lab

    attempt = lab()._engine.attempt(uuid.uuid4().hex, lambda event: None, lambda: False)
    logits = shipped_logits(config["teacher"], config["train_size"])["train"]
    teaching = Teaching(logits) if name == "distilled" else None
    attempt.result(attempt.submit(tasks.train, config, name, teaching, {}, True, None, resource="student"))
    attempt.close()


if __name__ == "__main__":
    from streamlit.web.cli import main

    asked = Path(os.environ["KD_STUDY"])
    threading.Thread(target=_study_when_asked, args=(asked,), daemon=True).start()
    sys.argv[0] = "streamlit"
    main()
