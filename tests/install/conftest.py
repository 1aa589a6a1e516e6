"""KD Lab as somebody else gets it: a wheel made from a source distribution, in an environment of its own."""

from __future__ import annotations

import os
import shutil
import site
import subprocess
import sys
import tarfile
import venv
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests import PROJECT
from tests.pseudo_language import write_catalogue


@dataclass
class Installed:
    """An environment with KD Lab in it, and a folder far from any of its sources."""

    wheel: Path
    place: Path
    folder: Path
    user: Path

    @property
    def scripts(self) -> Path:
        return self.place / ("Scripts" if sys.platform == "win32" else "bin")

    @property
    def packages(self) -> Path:
        return next(self.place.rglob("site-packages"))

    @property
    def strangers(self) -> Path:
        return self.folder.with_name("strangers.txt")

    def environment(self, **changes: str) -> dict[str, str]:
        """The variables of a new user, for whom nothing is set."""
        kept = {name: value for name, value in os.environ.items() if name not in ("KD_HOME", "PYTHONPATH")}
        folders = dict.fromkeys(("HOME", "XDG_DATA_HOME", "LOCALAPPDATA"), str(self.user))
        return {**kept, **folders, "KD_WORKERS": "1", "KD_STRANGERS": str(self.strangers), **changes}

    def run(self, command: str, *arguments: str, **changes: str) -> subprocess.CompletedProcess[str]:
        """Run a command of the environment from the other folder."""
        return subprocess.run(
            [self.scripts / command, *arguments],
            cwd=self.folder,
            env=self.environment(**changes),
            capture_output=True,
            text=True,
            encoding="utf-8",
            check=False,
            timeout=300,
        )


def build(what: str, sources: Path, into: Path) -> Path:
    """Build a source distribution ("sdist") or a wheel, with the tools that are here."""
    command = [sys.executable, "-m", "hatchling", "build", "--target", what, "--directory", str(into)]
    subprocess.run(command, cwd=sources, check=True, timeout=300)
    return next(into.iterdir())


@pytest.fixture(scope="package")
def installed(tmp_path_factory) -> Installed:
    """Installed without an index; the packages that it needs are those of the tests."""
    root = tmp_path_factory.mktemp("install")
    with tarfile.open(build("sdist", PROJECT, root / "sdist")) as archive:
        archive.extractall(root / "sources", filter="data")
    sources = next((root / "sources").iterdir())
    write_catalogue(sources / "kd" / "text" / "locale")
    found = Installed(build("wheel", sources, root / "wheel"), root / "venv", root / "else", root / "user")
    found.folder.mkdir()
    venv.create(found.place)
    (found.packages / "needed.pth").write_text("\n".join(site.getsitepackages()) + "\n", encoding="utf-8")
    shutil.copy(Path(__file__).with_name("no_strangers.py"), found.packages)
    (found.packages / "no_strangers.pth").write_text("import no_strangers\n", encoding="utf-8")
    pip = [sys.executable, "-m", "pip", "--python", str(found.place), "install", "--quiet", "--no-compile"]
    subprocess.run([*pip, "--no-index", "--no-deps", str(found.wheel)], check=True, timeout=300)
    shutil.rmtree(sources)
    return found
