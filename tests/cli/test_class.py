"""Classes from the terminal: they are listed, saved and ended; and kept drawings are counted."""

from __future__ import annotations

import json
import sqlite3

import numpy as np
import pandas as pd
import pytest

from kd.__main__ import main
from kd.classes.digits import readings
from kd.config import RunConfig
from kd.lab import Lab
from kd.store.classes import TRAINING
from kd.store.database import NAME
from kd.store.drawings import Drawings
from tests.other_process import running_elsewhere

OTHER = RunConfig(teacher="notebook", train_size=320, epochs=2, seed=5)


@pytest.fixture
def lab(tmp_path, monkeypatch):
    monkeypatch.setenv("KD_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("COLUMNS", "80")
    monkeypatch.chdir(tmp_path)
    with Lab() as lab:
        yield lab


@pytest.fixture
def room(lab):
    """A class of two people in its second activity, with three answers, one of them a drawing."""
    room = lab.classes.open("guess;digits:asked=7", "host")
    room.join("ann", "Ana")
    room.join("ben")
    room.start()
    room.answer("ann", 4.5)
    room.answer("ben", -1.0)
    room.next()
    room.start()
    room.answer("ann", key="0", picture=np.full((28, 28), 9, np.uint8))
    return room


def printed(capsys, *arguments: str) -> str:
    assert main([*arguments]) == 0
    return capsys.readouterr().out


def test_open_classes_are_listed_in_a_line_each(lab, room, capsys):
    lab.classes.open("seeds")
    first, second = map(json.loads, printed(capsys, "class", "list", "--json").splitlines())
    assert (first["activities"], first["people"], first["phase"]) == (["seeds"], 0, "waiting")
    assert second == {
        "code": room.code,
        "created": room.view().created,
        "people": 2,
        "activity": 2,
        "activities": ["guess", "digits"],
        "title": "Everyone draws a digit. Who reads them best?",
        "phase": "open",
        "answers": 1,
    }
    shown = printed(capsys, "class", "list")
    for words in (room.code, "2 of 2: Everyone draws", "open for answers", "1 of 1:", "not started"):
        assert words in shown
    for each in lab.classes:
        each.end()
    assert printed(capsys, "class", "list") == "No class is open: open one on the page Class of the app.\n"


def test_answers_are_saved_as_csv_and_replace_a_file_only_by_force(lab, room, capsys, tmp_path):
    path = tmp_path / f"class-{room.code}.csv"
    assert printed(capsys, "class", "export", room.code.lower()) == f"{path}\n"
    saved = pd.read_csv(path)
    assert saved["value"].tolist() == [4.5, -1.0, 7.0]
    assert saved["name"].tolist() == ["Ana", room.view().called("ben"), "Ana"]
    path.write_text("mine", encoding="utf-8")
    assert main(["class", "export", room.code]) == 2
    assert "exists already" in capsys.readouterr().err
    assert path.read_text(encoding="utf-8") == "mine"
    room.show_names(False)
    printed(capsys, "class", "export", room.code, "--output", str(path), "--force")
    assert "Ana" not in path.read_text(encoding="utf-8")


def test_an_ended_class_is_gone_and_what_another_process_trains_for_it_is_asked_to_stop(
    lab, room, capsys, tmp_path
):
    with running_elsewhere(lab.store.home, OTHER) as run_id:
        lab.classes.table.answer(lab.classes.record(room.code), "ben", "0", None, None, run_id, TRAINING)
        said = printed(capsys, "class", "end", room.code)
        with sqlite3.connect(lab.store.home / NAME) as connection:
            (stops,) = connection.execute("SELECT stop FROM runs WHERE run_id = ?", (run_id,)).fetchone()
    assert stops == 1
    assert said.startswith(
        f"Class {room.code} has ended. Deleted: the names of 2 people and 4 answers, drawings included. "
    )
    assert len(lab.classes) == 0


@pytest.mark.parametrize("arguments", [["end"], ["export"]])
def test_a_code_that_no_class_has_is_refused(arguments, lab, capsys):
    assert main(["class", *arguments, "BCDF"]) == 2
    said = capsys.readouterr()
    assert (said.out, said.err.count("\n")) == ("", 1)
    assert said.err.startswith("No class with the code 'BCDF' is open")


def test_each_model_reads_the_drawings_that_a_class_has_kept(lab, mnist, capsys):
    digits, hands = mnist.y_test[:60].astype(int), np.arange(60) % 12
    lab.drawings.save("monday", Drawings(mnist.x_test[:60], digits, hands))
    run_id = RunConfig().run_id
    told = json.loads(printed(capsys, "predict", run_id[:6], "--drawings", "monday", "--json"))
    expected = readings(digits, hands.tolist(), lab.runs[run_id].predict(mnist.x_test[:60]))
    assert (told["run"], told["count"], told["people"]) == (run_id, 60, 12)
    for model, each in expected.items():
        one = told["readings"][model]
        assert one["right"] == (lab.runs[run_id].predict(mnist.x_test[:60])[model].argmax(1) == digits).sum()
        assert (one["low"], one["high"]) == (each.low, each.high)
    shown = printed(capsys, "predict", run_id, "--drawings", "monday")
    scratch = expected["scratch"]
    row = f"{scratch.right.sum()} {100 * scratch.share:.1f} {100 * scratch.low:.1f} to"
    assert row in " ".join(shown.split())
    assert main(["predict", run_id, "tuesday", "--drawings"]) == 2
    assert capsys.readouterr().err == "There are no drawings called 'tuesday': choose of monday.\n"
