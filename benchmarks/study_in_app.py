"""The app with a study of its own: `python -m benchmarks.study_in_app run app.py …`, as Streamlit's command.

When the file that KD_STUDY names appears, the app's Lab computes the runs in it, all requested at once; then
the file goes.
"""

from __future__ import annotations

import json
import os
import sys
import threading
import time
from pathlib import Path


def _study_when_asked(request: Path) -> None:
    while not request.exists():
        time.sleep(0.2)
    from kd.config import RunConfig
    from ui.shared.server import lab

    names = [lab().start(RunConfig.from_mapping(one)) for one in json.loads(request.read_text())]
    for view in map(lab().wait, names):
        if view.result is None:
            print(f"The run {view.status}: {view.message}", flush=True)
            return
    request.unlink()


if __name__ == "__main__":
    from streamlit.web.cli import main

    asked = Path(os.environ["KD_STUDY"])
    threading.Thread(target=_study_when_asked, args=(asked,), daemon=True).start()
    sys.argv[0] = "streamlit"
    main()
