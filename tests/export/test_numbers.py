"""The numbers of runs and of a study as CSV and Parquet, and the dictionary of their columns."""

from __future__ import annotations

import json

import pandas as pd
import pytest

from kd.__main__ import main
from kd.base.places import DATA
from kd.base.unusable import Unusable
from kd.cli.run_name import EITHER, the_one
from kd.config import FIELDS, MODELS, PRESETS, RunConfig
from kd.export.tables import COLUMNS, FORMATS, accuracies_in_long_form, dictionary
from kd.lab import Lab
from kd.studies.shipped import AXES, shipped_study
from tests.export.conftest import RUN
from tests.studies.fake_lab import BASE, PATIENCE, FakeLab

OTHER = PRESETS["many_images"].config.run_id
TEXT = {"omitted_digits": str}


def record(run_id: str) -> dict:
    return json.loads((DATA / "runs" / run_id / "record.json").read_text(encoding="utf-8"))


def test_each_run_has_a_row_for_each_model(folder, capsys):
    assert main(["export", RUN[:4], OTHER[:4], "--format", "csv"]) == 0
    assert capsys.readouterr().out.split() == [str(folder / "runs.csv"), str(folder / "runs-columns.csv")]
    table = pd.read_csv("runs.csv", keep_default_na=False, na_values={"agreement": ""}, dtype=TEXT)
    assert list(zip(table["run"], table["model"], strict=True)) == [
        (run, model) for run in (RUN, OTHER) for model in MODELS
    ]
    for row in table.to_dict("records"):
        kept = record(row["run"])
        assert {name: row[name] for name in FIELDS} == RunConfig.from_mapping(kept["config"]).to_dict()
        measured, compared = kept["result"][row["model"]], kept["result"]["comparison"]
        assert row["accuracy"] == measured["test_accuracy"]
        for name in ("parameters", "bytes", "seconds", "milliseconds"):
            assert row[name] == measured[name]
        assert row["agreement"] == measured.get("agreement") or row["model"] == "teacher"
        assert (row["difference"], row["p_value"]) == (compared["difference"], compared["p_value"])
        assert row["only_scratch"] == compared["only_scratch_right"]
        assert row["model_id"] == kept["models"][row["model"]]
        assert pd.Timestamp(row["created"]).timestamp() == pytest.approx(kept["created"], abs=1e-5)


def test_parquet_has_the_same_numbers_with_their_types(folder):
    for name in ("csv", "parquet"):
        assert main(["export", RUN, OTHER, "--format", name, "--output", f"both.{name}", "--force"]) == 0
    typed = pd.read_parquet("both.parquet")
    assert (typed["omitted_digits"] == "").all()
    assert str(typed["created"].dtype) == "datetime64[us, UTC]"
    again = pd.read_csv("both.csv", parse_dates=["created"], keep_default_na=False, dtype=TEXT,
                        na_values={"agreement": ""}, float_precision="round_trip")  # fmt: skip
    pd.testing.assert_frame_equal(typed, again, check_dtype=False, check_exact=True)


def test_the_dictionary_describes_every_column(folder):
    assert main(["export", RUN, OTHER, "--format", "csv", "--output", "mine.csv"]) == 0
    table = pd.read_csv("mine.csv", keep_default_na=False, dtype=TEXT)
    described = pd.read_csv("mine-columns.csv", keep_default_na=False)
    assert list(described["column"]) == list(table.columns) == [name for name in COLUMNS if name != "study"]
    assert (described["meaning"].str.len() > 10).all()
    assert set(described["describes"]) == {"run", "model"}
    of_runs = described.loc[described["describes"] == "run", "column"]
    assert (table.groupby("run")[list(of_runs)].nunique() == 1).all(axis=None)
    assert "α" in described.set_index("column").loc["alpha", "meaning"]
    kinds = {"whole number": "i", "number": "if", "true or false": "b", "text": "OUT", "time": "OUT"}
    for column, kind in zip(described["column"], described["type"], strict=True):
        assert table[column].dtype.kind in kinds[kind] + ("OUT" if column == "agreement" else ""), column


@pytest.fixture
def lab(tmp_path):
    """In the home that the command line looks into."""
    with FakeLab(tmp_path / "home") as lab:
        yield lab


@pytest.fixture
def study(lab):
    """A finished study."""
    study = lab.study(BASE, {"alpha": [0.1, 0.5]}, seeds=2)
    assert study.start().wait(PATIENCE).status == "finished"
    return study


def test_a_study_is_named_by_its_id(lab, study, folder, capsys):
    assert main(["export", study.id[:8], "--format", "parquet"]) == 0
    table = pd.read_parquet(f"{study.id}.parquet")
    assert set(table["study"]) == {study.id}
    runs = [config.run_id for _cell, config in study.study.runs()]
    assert list(table["run"]) == [run for run in runs for _model in MODELS]
    scratch = table[table["model"] == "scratch"]
    assert scratch["model_id"].nunique() == 2 < len(scratch)  # the two values of α share them
    assert next(iter(dictionary(table)["column"])) == "study"
    assert capsys.readouterr().err == ""
    pd.testing.assert_frame_equal(lab.numbers(study), lab.numbers(study.view()))


def test_of_a_stopped_study_the_finished_runs_are_exported_if_there_are_any(lab, study, folder, capsys):
    lab.engine.seconds_an_epoch = 60
    larger, other = (
        lab.study(base, {"alpha": [0.1, 0.5, 0.9]}, seeds=2) for base in (BASE, BASE.replace(seed=50))
    )
    for each in (larger, other):
        each.start()
        each.stop()
        assert each.wait(PATIENCE).status == "stopped"
    assert main(["export", larger.id, "--format", "csv"]) == 0
    said = capsys.readouterr().err
    assert said == "4 of the study's 6 runs have finished: the others are not in the table.\n"
    assert len(pd.read_csv(f"{larger.id}.csv")) == 12
    assert main(["export", other.id, "--format", "csv"]) == 2
    assert f"No run of study {other.id} has finished" in capsys.readouterr().err
    assert [path.name for path in folder.iterdir() if path.name.startswith(other.id)] == []


def test_other_names_are_refused_in_a_sentence(folder, capsys):
    one_run = "The format onnx holds one run: choose a single run, or one of the formats csv"
    for names, format, sentence in (
        (["0000"], "csv", "No finished run and no study has the id '0000'"),
        ([RUN, "0000"], "csv", "No finished run has the id '0000'"),
        ([RUN, OTHER], "onnx", one_run),
    ):
        assert main(["export", *names, "--format", format]) == 2
        said = capsys.readouterr().err
        assert said.startswith(sentence)
        assert said.count("\n") == 1
    assert list(folder.iterdir()) == []
    with pytest.raises(Unusable, match=rf"^These finished runs or studies .* '10': 100000000000, {RUN}"):
        the_one("10", [RUN, "100000000000", OTHER], EITHER)
    with pytest.raises(ValueError, match="No run was named"):
        Lab().numbers([])


def test_the_study_of_the_app_has_its_accuracies_in_the_same_form():
    runs = shipped_study()
    table = accuracies_in_long_form(runs)
    assert list(table["model"][:3]) == list(MODELS)
    wide = table.pivot(index=[*AXES, "epochs", "seed"], columns="model", values="accuracy")
    expected = runs.set_index([*AXES, "epochs", "seed"]).loc[wide.index]
    for model in MODELS:
        assert list(wide[model]) == list(expected[f"{model}_accuracy"])
    assert set(dictionary(table)["column"]) == {*AXES, "epochs", "seed", "model", "accuracy"}
    assert FORMATS["parquet"].content(table)[:4] == b"PAR1"
    labelled = runs.assign(length="long", note="no field")
    table = accuracies_in_long_form(labelled, ["length"])
    assert {*dictionary(table)["column"]} == {*AXES, "epochs", "seed", "length", "model", "accuracy"}
