"""mypy finds nothing in the library and the app, and checks what is written with kd."""

from __future__ import annotations

import re
import subprocess
import sys

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


def mypy(*arguments: str) -> str:
    """What mypy says; it keeps what it has found out, as when a person runs it."""
    done = subprocess.run(
        [sys.executable, "-m", "mypy", *arguments], cwd=PROJECT, capture_output=True, text=True, timeout=300
    )
    return done.stdout + done.stderr


def test_mypy_finds_nothing():
    said = mypy()
    assert said.startswith("Success: "), said
    folders = ("benchmarks", "data", "docs", "kd", "pages", "ui")
    files = ["app.py", *(path for folder in folders for path in (PROJECT / folder).rglob("*.py"))]
    assert f" in {len(files)} source files" in said


def test_users_see_the_types(tmp_path):
    program = tmp_path / "program.py"
    program.write_text(WRITTEN_WITH_KD, encoding="utf-8")
    said = mypy(str(program))
    assert [int(line) for line in re.findall(r"program\.py:(\d+): error: ", said)] == WRONG_LINES, said
