"""The app with a study: `python -m benchmarks.study_in_app run app.py …`, as Streamlit's command.

When the file that KD_STUDY names appears, the app's Lab carries out the study in it; then the file goes.
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
    from kd.studies.study import Study
    from ui.shared.server import lab

    study = Study.from_mapping(json.loads(request.read_text()))
    view = lab().studies.wait(lab().studies.start(study))
    # otherwise memory.py waits in vain, instead of measuring a study that failed
    if view.status == "finished":
        request.unlink()


if __name__ == "__main__":
    from streamlit.web.cli import main

    asked = Path(os.environ["KD_STUDY"])
    threading.Thread(target=_study_when_asked, args=(asked,), daemon=True).start()
    sys.argv[0] = "streamlit"
    main()
