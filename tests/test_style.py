"""Lint and format, as part of the tests."""

import re
import subprocess
import sys

import pytest

from tests import PROJECT


@pytest.mark.parametrize("command", [["check"], ["format", "--check"]], ids=" ".join)
def test_ruff_finds_nothing(command):
    done = subprocess.run(
        [sys.executable, "-m", "ruff", *command, "."],
        cwd=PROJECT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout


def test_the_backend_never_imports_streamlit():
    imported = re.compile(r"^\s*(import|from) streamlit", re.MULTILINE)
    for path in (PROJECT / "kd").rglob("*.py"):
        assert not imported.search(path.read_text(encoding="utf-8")), path
