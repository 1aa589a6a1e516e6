"""A person's pictures are kept in the home, found by name, and removed once no run needs them."""

from __future__ import annotations

import io
import subprocess
import sys
import tracemalloc

import numpy as np
import pytest

from kd.base.data_sets import ABOUT_MNIST
from kd.base.unusable import Unusable
from kd.config import RunConfig
from kd.lab import Lab
from kd.pictures.data_files import MOST, MOST_CLASSES
from kd.pictures.data_sets import data_set
from tests import PROJECT
from tests.pictures.test_data_files import SOUND, arrays


@pytest.fixture
def lab(tmp_path):
    with Lab(tmp_path / "home") as lab:
        yield lab


def kept(lab) -> list[str]:
    return sorted(path.name for path in (lab.store.home / "data").iterdir())


def own(lab):
    """The names of the data sets that were added."""
    return [each.name for each in lab.data.list() if not lab.data.is_included(each.id)]


def test_pictures_are_kept_and_found_by_name_and_id(lab):
    about = lab.data.add(SOUND, "marks", ["a", "b", "c"])
    assert (about.name, about.classes, about.train, about.test) == ("marks", ("a", "b", "c"), 30, 21)
    assert not about.centred
    assert kept(lab) == [f"{about.id}.npz"]
    assert lab.data.list()[0] == lab.data.find("mnist") == ABOUT_MNIST
    assert lab.data.find("marks") == lab.data.find("MARKS") == lab.data.find(about.id) == about
    np.testing.assert_array_equal(data_set(about.id).x_test, arrays()["x_test"])
    with Lab(lab.store.home) as other:
        assert other.data.find("marks") == about


def test_the_largest_set_takes_200_mb_for_a_moment_and_71_where_it_is_used(lab):
    random, file, largest = np.random.default_rng(1), io.BytesIO(), {}  # noise, which no zip makes smaller
    for part, count in MOST.items():
        largest[f"x_{part}"] = random.integers(0, 256, (count, 28, 28), np.uint8)
        largest[f"y_{part}"] = np.arange(count) % MOST_CLASSES
    np.savez_compressed(file, **largest)
    content, peaks = file.getvalue(), []
    for use in (lambda: lab.data.add(content, "largest"), lambda: data_set(lab.data.find("largest").id)):
        tracemalloc.start()
        use()
        peaks.append(tracemalloc.get_traced_memory()[1] / 1e6)
        tracemalloc.stop()
    assert peaks[0] < 205
    assert peaks[1] < 75


def test_the_same_pictures_have_the_same_id_however_they_are_given(lab, tmp_path):
    (tmp_path / "my marks (2).npz").write_bytes(SOUND)
    given = arrays()
    pairs = (given["x_train"], given["y_train"]), (given["x_test"], given["y_test"])
    found = [lab.data.add(tmp_path / "my marks (2).npz"), lab.data.add(given, "b"), lab.data.add(pairs)]
    assert [each.name for each in found] == ["my-marks-2", "b", "pictures"]
    assert {each.id for each in found} == {found[0].id}
    assert own(lab) == ["pictures"]
    # other names of the classes make it another one, and so does the file that was kept, with them
    renamed = lab.data.add(given, "named", ["x", "y", "z"])
    assert renamed.id != found[0].id
    assert lab.data.add(lab.store.home / "data" / f"{renamed.id}.npz", "again").id == renamed.id


def test_whoever_draws_is_told_how_by_the_pictures_or_by_whoever_adds_them(lab, mnist):
    pairs = (mnist.x_train[:100], mnist.y_train[:100]), (mnist.x_test[:100], mnist.y_test[:100])
    assert lab.data.add(pairs, "some").centred
    assert not lab.data.add(pairs, "some", centred=False).centred
    assert not lab.data.find("some").centred


@pytest.mark.parametrize("name", ["", "a b", "<b>", "x" * 31, "_a", "0123456789ab", "../a", 7])
def test_a_name_that_could_be_taken_for_something_else_is_refused(lab, name):
    with pytest.raises(Unusable, match="1 to 30 letters"):
        lab.data.add(SOUND, name)
    assert kept(lab) == []


def test_a_name_belongs_to_one_data_set(lab):
    lab.data.add(SOUND, "marks")
    for taken in ("Marks", "mnist"):
        with pytest.raises(Unusable, match="There is another data set called"):
            lab.data.add(SOUND, taken, ["a", "b", "c"])
    assert own(lab) == ["marks"]


def test_what_is_not_there_is_refused_with_the_nearest_names(lab):
    lab.data.add(SOUND, "marks")
    with pytest.raises(Unusable, match=r"no data set 'mrks': did you mean marks"):
        lab.data.find("mrks")


def test_nothing_is_kept_of_a_broken_file(lab):
    with pytest.raises(Unusable):
        lab.data.add(SOUND[:-100], "broken")
    assert kept(lab) == []


def test_data_sets_take_half_of_the_limit_at_most(tmp_path, monkeypatch):
    monkeypatch.setenv("KD_LIMIT", f"{3 * len(SOUND)}")
    with Lab(tmp_path / "home") as lab:
        lab.data.add(SOUND, "first")
        lab.upkeep._usage = None
        assert lab.upkeep.usage().used >= len(SOUND)
        with pytest.raises(Unusable, match="half of KD_LIMIT"):
            lab.data.add(SOUND, "second", ["a", "b", "c"])
        assert lab.data.add(SOUND, "renamed").name == "renamed"
        monkeypatch.setattr(lab.upkeep, "_limit", 1)
        lab.upkeep.tidy()
        assert own(lab) == ["renamed"]


def test_pictures_of_stored_runs_cannot_be_removed(lab):
    about = lab.data.add(SOUND, "marks")
    run = RunConfig(seed=7)
    lab.store.runs.claim(run.run_id, run)
    text = f'{{"seed": 7, "data": "{about.id}"}}'
    lab.store.runs._write("UPDATE runs SET config = ?", text)
    with pytest.raises(Unusable, match=r"There is 1 run of the data set 'marks': delete them first"):
        lab.data.remove("marks")
    assert own(lab) == ["marks"]
    lab.store.runs._write("UPDATE runs SET deleted = 1, status = 'stopped'")
    lab.data.remove("marks")
    assert own(lab) == kept(lab) == []
    with pytest.raises(Unusable, match="comes with KD Lab"):
        lab.data.remove("mnist")


def test_a_damaged_data_set_is_not_listed_and_can_be_removed(lab):
    about = lab.data.add(SOUND, "marks", ["this", "test's", "own"])
    (lab.store.home / "data" / f"{about.id}.npz").write_bytes(SOUND[:100])
    assert own(lab) == []
    with pytest.raises(Unusable, match="is damaged"):
        data_set(about.id)
    lab.data.remove(about.id)
    assert kept(lab) == []


def test_two_processes_may_add_the_same_and_not_two_under_one_name(lab, tmp_path):
    (tmp_path / "marks.npz").write_bytes(SOUND)
    adding = [sys.executable, "-m", "kd", "data", "add", str(tmp_path / "marks.npz")]

    def added(*others: list[str]) -> list[int]:
        environment = {"KD_HOME": str(lab.store.home), "PATH": ""}
        streams = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
        started = [
            subprocess.Popen([*adding, *other], cwd=PROJECT, env=environment, **streams) for other in others
        ]
        return sorted(process.wait() for process in started)

    assert added([], []) == [0, 0]
    assert own(lab) == ["marks"]
    others = ["--name", "others", "--classes"]
    assert added([*others, "a,b,c"], [*others, "d,e,f"]) == [0, 2]
    assert own(lab) == ["marks", "others"]
