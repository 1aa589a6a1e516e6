"""What the documents show as Python runs."""

from __future__ import annotations

import re
from pathlib import Path

import keras
import pytest

from kd.base.unusable import Unusable
from kd.text.translation import N_, NC_, _, ngettext, numeral, pgettext
from tests import PROJECT
from tests.docs.documents import DOCUMENTS, blocks


def python(document: Path) -> list[str]:
    """The blocks of Python in a document."""
    return [block.code for block in blocks(document) if block.language == "python"]


DISTILLER, LAB, STUDY, CHAIN = python(PROJECT / "docs" / "build.md")
OWN_DATA, CACHED_LOGITS, ANNEALED, SWEEP, EXPORT, CLASS = python(PROJECT / "docs" / "library.md")
DATA_FILE, DATA_LAB = python(PROJECT / "docs" / "data.md")
[WORDS] = python(PROJECT / "docs" / "translating.md")


def run(code: str, *smaller: tuple[str, str]) -> dict:
    """Run a snippet with less to compute; returns its names."""
    for ours, less in smaller:
        assert ours in code
        code = code.replace(ours, less)
    names = {"__name__": "__main__"}
    exec(compile(code, "document.md", "exec"), names)
    return names


def test_the_notebooks_distiller_learns(monkeypatch):
    monkeypatch.chdir(PROJECT)
    names = run(DISTILLER, ("train(1_000)", "train(64)"), ("test()", "test(64)"), ("epochs=3", "epochs=1"))
    history = names["distiller"].history.history
    assert history["loss"][0] > 0


@pytest.fixture
def small_home(monkeypatch, tmp_path, shared_engine):
    monkeypatch.setenv("KD_HOME", str(tmp_path))


def test_a_lab_trains(small_home, capsys):
    run(LAB, ("train_size=500", "train_size=320"), ("epochs=40", "epochs=1"))
    lines = capsys.readouterr().out.splitlines()
    assert [line.split()[0] for line in lines] == ["teacher", "distilled", "scratch"]
    assert all(0 < float(line.split()[1]) < 1 for line in lines)


def test_a_study_ends_in_verdicts(small_home, capsys):
    run(STUDY, ("epochs=40", "epochs=1, train_size=320"), ("seeds=3", "seeds=2"))
    first, last, titles, *rows = capsys.readouterr().out.splitlines()
    assert re.fullmatch(r"6 runs, about \d+ seconds", first)
    assert last == "finished 6"
    assert titles.split() == ["temperature", "difference", "low", "high", "verdict"]
    assert [float(row.split()[1]) for row in rows] == [1, 4, 20]


def test_students_teach_students(small_home, tmp_path, capsys):
    run(CHAIN, ("epochs=40", "epochs=1, train_size=320"))
    lines = capsys.readouterr().out.splitlines()
    assert [line.split()[0] for line in lines] == ["1", "2", "3"]
    assert len(list((tmp_path / "models").glob("*.keras"))) == 4  # three distilled, one scratch


@pytest.fixture
def elsewhere(small_home, tmp_path, monkeypatch):
    """Another folder than the project's."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_a_student_learns_from_ones_own_data_and_models(elsewhere, capsys):
    quicker = ("epochs=10,", "epochs=3,"), ("0.01", "0.1"), ("patience=5", "patience=1")
    names = run(OWN_DATA, ("4_000", "1_300"), ("3_000", "1_000"), *quicker)
    history = names["distiller"].history.history
    assert len(history["val_loss"]) < 100  # it stopped early
    assert history["val_loss"][-1] < history["val_loss"][0]
    assert "accuracy" in capsys.readouterr().out
    student = keras.saving.load_model(elsewhere / "student.keras")
    assert student.count_params() == 20 * 8 + 8 + 8 * 5 + 5


def test_a_teacher_answers_once(elsewhere):
    names = run(CACHED_LOGITS, ("train(2_000)", "train(160)"))
    history = names["distiller"].history.history
    assert history["distillation_loss"][-1] < history["distillation_loss"][0]


def test_a_temperature_falls(elsewhere, capsys):
    run(ANNEALED, ("train(1_000)", "train(64)"))
    assert capsys.readouterr().out.splitlines()[-1] == "T at the end: 2.0"


def test_a_sweep_becomes_a_table(elsewhere, capsys):
    names = run(SWEEP, ("epochs=40", "epochs=1, train_size=100"), ("seeds=3", "seeds=2"))
    assert len(names["runs"]) == 8
    assert len((elsewhere / "runs.csv").read_text(encoding="utf-8").splitlines()) == 9
    assert "Hatched: no difference shown" in (elsewhere / "gain.svg").read_text(encoding="utf-8")
    assert "difference" in capsys.readouterr().out


def test_a_student_is_taken_along(elsewhere, capsys):
    run(EXPORT)
    assert capsys.readouterr().out.startswith("20490 parameters")
    assert (elsewhere / "student.onnx").stat().st_size > 80_000


def test_a_class_is_led_from_its_opening_to_its_end(elsewhere, capsys):
    run(CLASS, ('"seeds;', '"seeds:train_size=100,epochs=1;'))
    title, _columns, *rows, kept = capsys.readouterr().out.splitlines()
    assert title == "Everyone draws a digit. Who reads them best? 2 drawings"
    assert [row.split()[1] for row in rows] == ["seeds", "seeds", "digits", "digits"]
    assert kept == "[7 7]"


def test_a_file_of_ones_own_is_written_and_added(elsewhere, mnist, capsys):
    few = "from kd.pictures.mnist import load_mnist\nmnist = load_mnist()\n"
    for part in ("train", "test"):
        of_three = f"mnist.y_{part} < 3"
        few += f"x_{part}, y_{part} = mnist.x_{part}[{of_three}][:90], mnist.y_{part}[{of_three}][:90]\n"
    run(few + DATA_FILE)
    run(few + DATA_LAB)
    assert capsys.readouterr().out.split("\n")[0].endswith("('red', 'white', 'platelet')")


def test_the_shown_sentences_can_be_translated_and_no_other_document_shows_python():
    """Other tests run docs/objectives.md (tests/distillation) and docs/exports.md (tests/export)."""
    names = {"_": _, "N_": N_, "ngettext": ngettext, "numeral": numeral, "Unusable": Unusable}
    names |= {"pgettext": pgettext, "NC_": NC_, "name": "alpha", "number": 2}
    exec(compile(WORDS, "translating.md", "exec"), names)
    assert names["TITLE"] == "Test accuracy by epoch"
    shown = {document.name for document in DOCUMENTS if python(document)}
    assert shown == {"build.md", "data.md", "exports.md", "library.md", "objectives.md", "translating.md"}
