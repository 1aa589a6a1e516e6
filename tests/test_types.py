"""mypy finds nothing in the library and the app, and checks what is written with kd."""

from __future__ import annotations

import re
import subprocess
import sys
import tomllib

from tests import PROJECT

WRITTEN_WITH_KD = """
from kd import Lab, RunConfig, Study, __version__, load_mnist
from kd.lab.runs import Run

images, labels = load_mnist().train(10)
with Lab("~/runs") as lab:
    run: Run = lab.train(RunConfig(train_size=images.shape[0], dkd_beta=2.0))
    study: str = lab.studies.start(Study(RunConfig(), {"temperature": [1, 4]}))
    lab.train(study=study)
version: int = __version__
Lab.fit()
"""
WRONG_LINES = [9, 10, 11]


def test_mypy_finds_nothing_but_what_users_would_do_wrong(tmp_path):
    """One look at everything; mypy keeps what it has found out, as when a person runs it."""
    program = tmp_path / "program.py"
    program.write_text(WRITTEN_WITH_KD, encoding="utf-8")
    ours = tomllib.loads((PROJECT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["mypy"]["files"]
    command = [sys.executable, "-m", "mypy", *ours, str(program)]
    done = subprocess.run(command, cwd=PROJECT, capture_output=True, text=True, check=False, timeout=300)
    said = done.stdout + done.stderr
    found = re.findall(r"^(.*?):(\d+): error: ", said, re.MULTILINE)
    assert [(path.endswith("program.py"), int(line)) for path, line in found] == [
        (True, line) for line in WRONG_LINES
    ], said
    folders = ("benchmarks", "data", "docs", "kd", "pages", "ui")
    files = ["app.py", *(path for folder in folders for path in (PROJECT / folder).rglob("*.py")), program]
    assert f"(checked {len(files)} source files)" in said
