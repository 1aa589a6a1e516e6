"""Lab as a program uses it: in a `with`, by handles, ids or views, with presets, tables and models."""

from __future__ import annotations

import json
import os
from itertools import product

import keras
import numpy as np
import pandas as pd
import pytest

from kd import Lab, RunConfig, Study
from kd.config import FIELDS, PRESETS, STUDENTS
from kd.engine import Engine
from kd.lab.runs import Run
from kd.studies.verdicts import verdicts
from tests.stored_runs import CONFIG, save_ended

SHIPPED = PRESETS["default"].config
MODELS = ("teacher", "distilled", "scratch")
PICTURE = np.zeros((28, 28))


@pytest.fixture(scope="module")
def run(lab):
    return lab.runs[SHIPPED.run_id]


@pytest.fixture(scope="module")
def unfinished(lab):
    save_ended(lab.store, CONFIG, "stopped", "stopped")
    return lab.runs[CONFIG.run_id]


@pytest.mark.parametrize("is_shared", [False, True])
def test_the_end_of_a_with_closes_the_lab_and_an_engine_of_its_own(tmp_path, monkeypatch, is_shared):
    closed: list[Engine] = []
    monkeypatch.setattr(Engine, "close", lambda engine: closed.append(engine))
    engine = Engine() if is_shared else None
    lab = Lab(tmp_path, engine)
    with pytest.raises(RuntimeError), lab:
        raise RuntimeError
    assert (lab._engine is engine) is is_shared
    assert closed == ([] if is_shared else [lab._engine])
    assert lab._scheduler._closed


def test_a_home_may_be_below_the_persons_or_the_current_folder_and_must_be_a_path(tmp_path, monkeypatch):
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("USERPROFILE", str(tmp_path))
    monkeypatch.chdir(tmp_path)
    for home in ("~/one", "one", tmp_path / "x" / ".." / "one"):
        assert Lab(home).store.home == tmp_path.resolve() / "one"
    assert [path.name for path in tmp_path.iterdir()] == ["one"]
    if os.name != "nt":  # links need a special privilege on Windows
        (tmp_path / "link").symlink_to(tmp_path / "one")
        assert Lab("link").store.home == tmp_path.resolve() / "one"
    monkeypatch.setenv("KD_HOME", "~/one")
    assert Lab().store.home == tmp_path.resolve() / "one"

    for odd in ("", "~nobody-of-this-name/x", "no\0path", 3, b"bytes"):
        with pytest.raises(ValueError, match=r"cannot be used \(.+\): choose another folder\.$"):
            Lab(odd)


def test_students_are_keras_models_with_the_weights_of_the_run_and_predict_says_the_same(run, mnist):
    pictures = mnist.x_test[:64]
    answers = run.predict(pictures)
    assert list(answers) == list(MODELS)
    for name, found in answers.items():
        model = run.student(name)
        assert (model.input_shape, model.output_shape, model.name) == ((None, 28, 28, 1), (None, 10), name)
        logits = model(pictures[..., None].astype(np.float32) / 255).numpy()
        np.testing.assert_allclose(logits, run.test_logits()[name][:64], rtol=1e-4, atol=1e-4)
        np.testing.assert_allclose(found, keras.ops.softmax(logits.astype(np.float64)), atol=1e-5)
        np.testing.assert_array_equal(run.predict(pictures / 255)[name].argmax(1), found.argmax(1))
        np.testing.assert_allclose(run.predict(pictures[3])[name], found[3:4], atol=1e-4)
    with pytest.raises(ValueError, match="divide by 255"):
        run.predict(pictures.astype(np.float32))


def test_a_student_is_the_callers_to_change(run):
    first, second = run.student(), run.student()
    first.set_weights([weight + 1 for weight in first.get_weights()])
    assert all(np.all(a == b + 1) for a, b in zip(first.get_weights(), second.get_weights(), strict=True))
    assert np.all(run.student().get_weights()[0] == second.get_weights()[0])
    for name in ("student", "", None, ["teacher"]):
        with pytest.raises(ValueError, match="model must be one of teacher, distilled, scratch, got "):
            run.student(name)


def test_a_run_without_a_result_has_no_models(unfinished):
    for ask in (Run.models, Run.student, lambda run: run.predict(PICTURE), lambda run: run.export("keras")):
        with pytest.raises(ValueError, match="has no result"):
            ask(unfinished)


def test_a_view_is_ready_for_json_and_a_copy(run, unfinished):
    for view in (run.view(), unfinished.view()):
        told = view.to_dict()
        assert json.loads(json.dumps(told, allow_nan=False)) == told
        assert (told["run"], told["status"]) == (view.run_id, view.status)
        assert RunConfig.from_mapping(told["config"]) == view.config
        whole = json.dumps(told)
        told["history"].append("anything")
        told["config"]["alpha"] = 7
        if told["result"]:
            told["result"]["distilled"].clear()
        assert json.dumps(view.to_dict()) == whole
    assert unfinished.view().to_dict()["message"] == "Stopped before the end."
    assert unfinished.view().to_dict()["result"] is None
    result = run.view().to_dict()["result"]
    assert result["distilled"] == run.result["distilled"]
    assert set(result["comparison"]) == set(run.result["comparison"])
    result["comparison"].clear()
    assert run.result["comparison"]


def test_the_list_of_runs_is_a_list_and_a_table(lab, run, unfinished, monkeypatch):
    for each in (run, unfinished):
        view = each.view()
        told = each.config, each.status, each.history, each.result
        assert told == (view.config, view.status, view.history, view.result)
        assert lab.runs[view] == lab.runs[each] == lab.runs[each.id[:6]] == each
    frame = lab.runs.to_frame()
    assert list(frame["run"]) == [each.id for each in lab.runs] == [each.run_id for each in lab.runs.views()]
    assert (len(lab.runs), next(iter(lab.runs))) == (len(frame), unfinished)
    assert set(FIELDS) < set(frame.columns)
    row = frame.set_index("run").loc[run.id]
    for name in FIELDS:
        assert row[name] == getattr(run.config, name)
    for name in MODELS:
        assert row[f"{name}_accuracy"] == run.result[name]["test_accuracy"]
        assert row[f"{name}_parameters"] == run.result[name]["parameters"]
    for name in STUDENTS:
        assert row[f"{name}_agreement"] == run.result[name]["agreement"]
    assert row["difference"] == pytest.approx(row["distilled_accuracy"] - row["scratch_accuracy"])
    assert (row["verdict"], row["only_scratch"]) == ("ahead", run.result["comparison"]["only_scratch_right"])
    assert row["created"] == pd.Timestamp(run.view().created, unit="s", tz="UTC")
    assert row["shipped"]
    assert frame.set_index("run").loc[unfinished.id, ["teacher_accuracy", "verdict"]].isna().all()
    compared = verdicts(frame.dropna(subset="difference"), ["train_size"]).set_index("train_size")
    assert compared.loc[500, "difference"] == pytest.approx(100 * row["difference"])
    monkeypatch.setattr(lab.runs, "views", lambda: 2 * [run.view()])
    with pytest.raises(ValueError, match="2 runs have ids that begin with '10': give more"):
        lab.runs["10"]


def test_a_preset_is_named_wherever_a_setting_is_asked_for_and_what_is_none_is_refused(lab):
    for name, preset in PRESETS.items():
        assert lab.estimate(name) == lab.estimate(preset) == lab.estimate(preset.config)
        study = Study(name, {"epochs": [1, 2]})
        assert study == Study(preset, {"epochs": [1, 2]}) == Study(preset.config, {"epochs": [1, 2]})
    for ask in (lab.train, lab.estimate, lambda base: Study(base, {"epochs": [1, 2]})):
        for setting in ("notbook", "", None, 7, {"epochs": 3}, "Default"):
            with pytest.raises(ValueError, match=r"preset \(default, .*unseen_digit\), got .*\.$"):
                ask(setting)


BY_RUN = (
    lambda lab, run: lab.runs[run],
    lambda lab, run: lab.runs.view(run),
    lambda lab, run: lab.runs.delete(run),
    lambda lab, run: lab.runs.pin(run),
    lambda lab, run: lab.runs.annotate(run, name="x"),
    lambda lab, run: lab.numbers(run),
)
BY_STUDY = (
    lambda lab, study: lab.studies[study],
    lambda lab, study: lab.studies.view(study),
    lambda lab, study: lab.studies.wait(study, timeout=0),
    lambda lab, study: lab.studies.wait(study, timeout=0, progress=True),
    lambda lab, study: lab.studies.stop(study),
    lambda lab, study: lab.studies.pause(study),
    lambda lab, study: lab.studies.frame(study),
)
ODD = ["nope", "", "0123456789ab", "../runs", "\0", "\ud800", "a" * 5000, 7, None, ["x"], b"x", float("nan")]


def test_a_run_or_a_study_that_is_not_known_is_refused_in_a_sentence(lab):
    said_of_runs = r"^(There is no run|A run is named by its id, got) .*\.$"
    for asks, odds, said in (
        (BY_RUN, ODD, said_of_runs),
        (BY_STUDY, [*ODD, SHIPPED.run_id], r"^There is no study .*\.$"),
    ):
        for ask, odd in product(asks, odds):
            with pytest.raises(ValueError, match=said) as refused:
                ask(lab, odd)
            assert len(str(refused.value)) < 150
    assert not any(view.pinned for view in lab.runs.views())


def test_a_study_of_stored_runs_is_named_by_its_id_or_a_view(lab, run, capsys):
    study_id = lab.studies.start(Study("default", {"epochs": [40]}))
    view = lab.studies.wait(study_id, timeout=240, progress=True)
    assert (view.study_id, view.status, view.reused) == (study_id, "finished", 1)
    assert "1 of 1 run" in capsys.readouterr().err
    assert lab.studies.view(view) == lab.studies.wait(view) == view
    assert list(lab.studies[view].to_frame()["run"]) == [run.id]
    lab.studies.stop(view)
    assert lab.studies.view(study_id).status == "finished"


def test_known_runs_are_kept_stopped_and_restored_by_handle_id_or_view(lab, run, unfinished):
    for known in (unfinished, unfinished.id, unfinished.view()):
        assert lab.runs[known].stop() is False
        assert lab.runs.restore(known) == []  # it was not deleted
        lab.runs.delete(known)
        assert unfinished not in list(lab.runs)
        assert lab.runs.restore(known) == []
        lab.runs.pin([known])
        lab.runs.pin(known, False)
    assert lab.runs.restore("0123456789ab") == ["0123456789ab"]
    with pytest.raises(ValueError, match="There is no stored model 0123456789ab"):
        lab.train(RunConfig(teacher="0123456789ab"))
    assert lab.train("default") == run
    assert lab.runs.view(run) == run.wait() == run.view()
