"""A wheel brings everything along: the commands and the app work from another folder, without a network."""

from __future__ import annotations

import asyncio
import json
import zipfile
from email import message_from_string
from pathlib import Path

import pytest
from PIL import Image
from streamlit.proto.NewSession_pb2 import NewSession

from kd import __version__
from tests import PROJECT
from tests.app_process import app_process
from tests.pseudo_language import LANGUAGE, OPEN
from tests.ui.serving.talking import connect, heard, look, page
from ui.shared.frame import PAGES
from ui.shared.program import SCRIPTS

APP_FOLDER = "kd/_app/"
FROM_DATA = (
    "README.md", "gradients.csv", "make_mnist.py", "mnist.npz",
    "experiments", "models", "runs", "sets", "snapshots", "studies", "teachers",
)  # fmt: skip
INCLUDED = {path.name for path in (PROJECT / "data" / "runs").iterdir()}


@pytest.fixture(autouse=True)
def nothing_leaves_the_machine(installed):
    yield
    assert not installed.strangers.exists(), installed.strangers.read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def picture(mnist, tmp_path_factory):
    """A file with a picture of the digit 7."""
    path = tmp_path_factory.mktemp("picture") / "seven.png"
    Image.fromarray(255 - mnist.x_test[0]).resize((112, 112)).save(path)
    return str(path)


def files_below(*names: str) -> set[str]:
    """The project's files below these folders, relative to it, without what Python makes of them."""
    return {
        path.relative_to(PROJECT).as_posix()
        for name in names
        for path in [PROJECT / name, *(PROJECT / name).rglob("*")]
        if path.is_file() and "__pycache__" not in path.parts
    }


def test_the_wheel_has_what_the_project_has(installed):
    with zipfile.ZipFile(installed.wheel) as archive:
        names = {name for name in archive.namelist() if ".dist-info/" not in name}
    app = files_below("app.py", "pages", "ui", ".streamlit", *(f"data/{name}" for name in FROM_DATA))
    expected = files_below("kd") | {APP_FOLDER + name for name in app}
    translated = {f"kd/text/locale/{LANGUAGE}/LC_MESSAGES/kd.mo"}
    assert names == expected | translated
    assert {"kd/py.typed", f"{APP_FOLDER}ui/shared/style.css", f"{APP_FOLDER}data/mnist.npz"} <= names
    browsers = {f"{APP_FOLDER}ui/live/browser/{name}" for name in ("live.html", "live.css", "live.js")}
    assert browsers | {f"{APP_FOLDER}ui/live/browser/{name}.js" for name in SCRIPTS} <= names


def test_the_metadata_name_the_version_and_the_extras(installed):
    with zipfile.ZipFile(installed.wheel) as archive:
        (name,) = (name for name in archive.namelist() if name.endswith("/METADATA"))
        metadata = message_from_string(archive.read(name).decode())
    assert metadata["Version"] == __version__
    assert {"app", "dev", "export"} <= set(metadata.get_all("Provides-Extra"))
    needed = metadata.get_all("Requires-Dist")
    assert any(need.startswith("keras") and "extra" not in need for need in needed)
    assert all("extra" in need for need in needed if need.startswith("streamlit"))


def test_kd_comes_from_the_environment_with_the_remedy_for_damaged_data(installed):
    names = "kd.__file__, kd.base.places.APP, kd.pictures.mnist.REMAKE_COMMAND"
    done = installed.run("python", "-c", f"import kd, kd.pictures.mnist; print({names}, sep='\\n')")
    code, app, remedy = done.stdout.splitlines()
    assert code == str(installed.packages / "kd" / "__init__.py")
    assert app == str(installed.packages / "kd" / "_app" / "app.py")
    assert "--source" in installed.run(*remedy.split(), "--help").stdout


def test_the_command_says_its_version_and_its_own_name_in_every_language(installed):
    assert installed.run("kd-lab", "--version").stdout.split()[-1] == __version__
    assert installed.run("kd-lab", "--help").stdout.startswith("usage: kd-lab ")
    refused = installed.run("kd-lab", "dance")
    assert refused.returncode == 2
    assert refused.stderr.rstrip().endswith("See: kd-lab --help")
    assert OPEN in installed.run("kd-lab", "--help", LANGUAGE=LANGUAGE).stdout


def test_the_included_runs_are_there_and_the_users_folder_is_used(installed):
    before = sorted(installed.packages.rglob("*"))
    done = installed.run("kd-lab", "runs", "--json")
    runs = [json.loads(line) for line in done.stdout.splitlines()]
    assert {run["run"] for run in runs if run["shipped"]} == INCLUDED
    asked = "from kd.base.places import usual_home; print(usual_home())"
    home = Path(installed.run("python", "-c", asked).stdout.strip())
    assert installed.user in home.parents
    assert (home / "lab.sqlite").is_file()
    written = set(installed.packages.rglob("*")) - set(before)
    assert {path for path in written if "__pycache__" not in path.parts} == set()


def test_an_included_run_reads_a_picture(installed, picture):
    done = installed.run("kd-lab", "predict", min(INCLUDED), picture, "--json")
    assert done.returncode == 0, done.stderr
    answers = json.loads(done.stdout)["predictions"]
    assert [answers[model]["digit"] for model in ("teacher", "distilled", "scratch")] == [7, 7, 7]


def test_an_included_run_is_exported(installed):
    done = installed.run("kd-lab", "export", min(INCLUDED), "--format", "report")
    assert done.returncode == 0, done.stderr
    assert len([path for path in installed.folder.iterdir() if path.suffix == ".html"]) == 1


def test_a_run_trains(installed):
    done = installed.run("kd-lab", "train", "--train-size", "200", "--epochs", "1", "--json")
    assert done.returncode == 0, done.stderr
    *_, result = map(json.loads, done.stdout.splitlines())
    listed = map(json.loads, installed.run("python", "-m", "kd", "runs", "--json").stdout.splitlines())
    assert result["run"] in [run["run"] for run in listed if not run["shipped"]]


async def new_session(url: str) -> NewSession:
    """What the server says about itself to a visitor."""
    async with connect(url, origin=url) as stream:
        await stream.send(page(""))
        *_, message = await heard(stream, "new_session")
        return message.new_session


def test_the_app_is_served_with_its_own_settings(installed):
    environment = installed.environment(PYTHONPATH="")
    with app_process(
        installed.user, command=(str(installed.scripts / "kd-lab"),), folder=installed.folder, **environment
    ) as app:
        for name in ("", *(Path(path).stem for path, _label, _icon in PAGES[1:])):
            asyncio.run(look(app.url, name))
        told = asyncio.run(new_session(app.url))
        assert not told.config.gather_usage_stats
        assert told.custom_theme.light.primary_color == "#1C6957"
        log = app.log.read_text(encoding="utf-8")
    assert "Traceback" not in log


def test_without_the_extra_the_app_is_refused_in_one_sentence(installed):
    script = """
import sys
sys.modules["streamlit"], sys.argv = None, ["kd-lab"]
from kd.__main__ import kd_lab
kd_lab()
"""
    done = installed.run("python", "-c", script)
    assert done.returncode == 2
    assert done.stdout == ""
    assert done.stderr.startswith("The app needs packages")
    assert "`pip install 'kd-lab[app]'`" in done.stderr
    assert done.stderr.count("\n") == 1
