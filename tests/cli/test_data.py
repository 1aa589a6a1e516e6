"""Pictures of one's own from the terminal: added, listed, removed, refused."""

from __future__ import annotations

import json

import pytest

from kd.__main__ import main
from tests.pictures.test_data_files import SOUND


@pytest.fixture(autouse=True)
def home(tmp_path, monkeypatch):
    monkeypatch.setenv("KD_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("COLUMNS", "80")
    monkeypatch.chdir(tmp_path)
    (tmp_path / "marks.npz").write_bytes(SOUND)
    return tmp_path / "home"


def listed(capsys) -> list[dict]:
    assert main(["data", "list", "--json"]) == 0
    return [json.loads(line) for line in capsys.readouterr().out.splitlines()]


def test_a_file_is_added_listed_and_removed(capsys):
    assert main(["data", "add", "marks.npz", "--classes", "a,b,c"]) == 0
    said = capsys.readouterr().out
    mnist, *_included, marks = sorted(
        listed(capsys), key=lambda each: (not each["included"], each["id"] != "mnist")
    )
    assert (mnist["id"], mnist["included"]) == ("mnist", True)
    assert (marks["name"], marks["included"]) == ("marks", False)
    assert marks["classes"] == ["a", "b", "c"]
    assert said.startswith(f"Data set marks ({marks['id']}): 3 classes, 30 pictures to learn from, 21 to")
    assert main(["data", "list"]) == 0
    shown = capsys.readouterr().out.splitlines()
    assert any(line.split() == ["marks", marks["id"], "3", "30", "21"] for line in shown)
    assert max(map(len, shown)) <= 80
    assert main(["data", "remove", "marks"]) == 0
    assert capsys.readouterr().out == "Data set 'marks' has been removed.\n"
    assert all(each["included"] for each in listed(capsys))


@pytest.mark.parametrize(
    ("command", "said"),
    [
        (
            ["add", "nowhere.npz"],
            "'nowhere.npz' cannot be read (No such file or directory): give the path of an",
        ),
        (["add", "marks.npz", "--classes", "a,b"], "There are 2 names for 3 classes"),
        (["add", "marks.npz", "--name", "a b"], "A data set needs a name of 1 to 30 letters"),
        (["remove", "mrks"], "There is no data set 'mrks': did you mean "),
    ],
)
def test_what_cannot_be_is_refused_in_one_sentence(command, said, capsys):
    assert main(["data", *command]) == 2
    refused = capsys.readouterr().err
    assert refused.startswith(said)
    assert refused.count("\n") == 1
    assert all(each["included"] for each in listed(capsys))


def test_a_study_leaves_out_the_same_classes_in_all_cells(monkeypatch):
    started = []
    monkeypatch.setattr("kd.cli.sweep.sweep", lambda study, *_more: started.append(study) or 0)
    assert main(["sweep", "--data", "letters", "--omitted-digits", "B,A", "--temperature", "1,4"]) == 0
    assert main(["sweep", "--omitted-digits", "3,37"]) == 0
    letters, mnist = started
    assert (letters.base.omitted, list(letters.axes)) == (("A", "B"), ["temperature"])
    assert mnist.axes == {"omitted_digits": ("3", "37")}
