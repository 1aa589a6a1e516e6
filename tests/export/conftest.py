"""The included run, exported once in each format, by a process of its own."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from kd.config import RunConfig
from tests import PROJECT

RUN = RunConfig().run_id
MODEL_FORMATS = ("keras", "litert", "litert-int8", "onnx")
PROGRAM = """
import sys
from kd.__main__ import main
from kd.export import child
if sys.platform == "linux":  # elsewhere TensorFlow does not outlive a fork
    from tests.export import forked
    child.subprocess = forked
for format in sys.argv[2:]:
    assert main(["export", "1099", "--format", format]) == 0
assert main(["export", "1099", "--tensorboard", sys.argv[1]]) == 0
print(*sys.modules)
"""


class Exported(NamedTuple):
    """folder: where all files are, but TensorBoard's logs. said: of them. modules: loaded at the end."""

    folder: Path
    logs: Path
    said: list[str]
    modules: set[str]

    def file(self, format_name: str) -> Path:
        suffix = {"litert": ".tflite", "litert-int8": "-int8.tflite"}.get(format_name, f".{format_name}")
        return self.folder / f"{RUN}-distilled{suffix}"

    def facts(self, format_name: str) -> dict[str, Any]:
        path = self.file(format_name)
        return json.loads(path.with_name(f"{path.name}.json").read_text(encoding="utf-8"))


@pytest.fixture(scope="package")
def exported(tmp_path_factory) -> Exported:
    folder, logs = tmp_path_factory.mktemp("exported"), tmp_path_factory.mktemp("logs") / "of all runs"
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM, str(logs), *MODEL_FORMATS],
        cwd=folder,
        env={
            **os.environ,
            "KD_HOME": str(tmp_path_factory.mktemp("home")),
            "PYTHONPATH": os.pathsep.join([str(PROJECT), os.environ["PYTHONPATH"]]),
        },
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=300,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    *said, modules = done.stdout.splitlines()
    said = [line for line in said if str(logs) not in line]
    return Exported(folder, logs, said, set(modules.split()))


@pytest.fixture
def folder(tmp_path, monkeypatch) -> Path:
    """The working directory; what is half-written must not stay here, or among temporary files."""
    monkeypatch.setenv("KD_HOME", str(tmp_path / "home"))
    (tmp_path / "temporary").mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "temporary"))
    (tmp_path / "here").mkdir()
    monkeypatch.chdir(tmp_path / "here")
    return tmp_path / "here"
