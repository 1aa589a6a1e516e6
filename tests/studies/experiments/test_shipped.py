"""The results that come with the project: how they are made, and what is said when they cannot be read."""

from __future__ import annotations

import pandas as pd
import pytest

from data import make_experiments
from kd.studies.experiments import EXPERIMENTS, rows
from kd.studies.experiments.rows import FOLDER, columns, has_shipped, shipped_rows
from tests.studies.experiments.tiny import EXPERIMENT as TINY


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """An empty folder for results, and an experiment that can be made."""
    monkeypatch.setitem(EXPERIMENTS._files, "tiny", "tests.studies.experiments.tiny")
    for module in (rows, make_experiments):
        monkeypatch.setattr(module, "FOLDER", tmp_path)
    yield tmp_path
    shipped_rows.cache_clear()


def test_there_is_none_without_an_experiment():
    assert {file.stem for file in FOLDER.iterdir()} <= set(EXPERIMENTS)


def test_what_is_made_is_what_is_read(fake_lab, folder):
    assert not has_shipped("tiny")
    make_experiments.made(fake_lab, "tiny", 2)
    assert has_shipped("tiny")
    read, own = shipped_rows("tiny"), fake_lab.experiment("tiny", 2).view().rows
    pd.testing.assert_frame_equal(read[columns(TINY)], own[columns(TINY)], check_dtype=False)
    assert read["gain"].tolist() == pytest.approx(own["gain"].tolist())
    assert read["omitted_right_with:epochs"].isna().all()  # no digit is left out


@pytest.mark.parametrize("content", [None, "", "generation,alpha,seed\n1,0.1,0\n", "\0"])
def test_a_missing_or_damaged_file_gets_one_sentence(content, folder):
    if content is not None:
        (folder / "tiny.csv").write_text(content, encoding="utf-8")
    with pytest.raises(ValueError, match=r"The experiment .*tiny\.csv cannot be read \(.*\): install KD Lab"):
        shipped_rows("tiny")


def test_a_wrong_name_is_refused_before_anything_is_trained(folder):
    with pytest.raises(ValueError, match="There is no experiment 'tinny'"):
        make_experiments.main(["tiny", "tinny", "--home", str(folder / "home")])
    assert list(folder.iterdir()) == []
