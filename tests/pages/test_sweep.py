"""Sweep: something true at once, bad input in a sentence, and a study from its start to its cells."""

from __future__ import annotations

import html
import re
from dataclasses import replace
from urllib.parse import unquote, urlencode

import pandas as pd
import pytest
from streamlit.dataframe_util import convert_arrow_bytes_to_pandas_df

from kd.config import RunConfig
from kd.runs.courses import COMING, KEPT, MISSING
from kd.studies.address import address_of, query_of
from kd.studies.experiments import EXPERIMENTS
from kd.studies.shipped import shipped_study
from kd.studies.study import Study
from kd.studies.sure.near import near_cells_note, near_note
from kd.studies.verdicts import verdicts
from kd.text.endings import Ending
from tests.pages.on_page import (
    chart_titles,
    drawn_in_the_browser,
    html_of,
    labelled,
    values_of,
    warnings_of,
)
from tests.stored_runs import save_copy, save_study
from tests.studies.rows import study_of
from ui.sweep import cell, studies
from ui.sweep import map as study_map

STUDY = Study(RunConfig(epochs=11), {"alpha": (0.1, 0.5), "temperature": (4.0, 10.0)}, seeds=2)
CHANNEL = "adding-seeds"
GAIN = "Gain over scratch, in percentage points"
SENTENCE = re.compile(r'<p class="kd-verdict" role="status">(.*?)</p>')


@pytest.fixture(scope="module")
def study_id(lab):
    """A study of stored runs, all with the included run's results."""
    return save_study(lab, STUDY, person="somebody")


def hint(app) -> str:
    """What is said under the button, also aloud."""
    (said,) = re.findall(r'<p class="kd kd-hint[^>]* role="status">(.*?)</p>', html_of(app))
    return said


def cells_of(app) -> pd.DataFrame:
    """The table below the figure, once it is opened."""
    assert "<table" not in html_of(app)
    app.session_state["sweep_table"] = True
    app.run()
    (header, *rows) = [
        re.findall(r"<t[hd]>(.*?)</t[hd]>", row)
        for row in re.findall(r"<tr.*?>(.*?)</tr>", html_of(app), re.DOTALL)
    ]
    return pd.DataFrame(rows, columns=header)


def test_the_study_that_came_with_the_app_is_on_the_screen_at_once(open_page):
    app = open_page("sweep", {"sweep_form": True})
    runs = shipped_study()
    table = verdicts(
        runs[(runs["alpha"] == 0.1) & runs["temperature_squared"]], ["train_size", "temperature"]
    )
    helps = table[table["verdict"] == "helps"]
    (sentence,) = SENTENCE.findall(html_of(app))
    assert sentence.startswith(
        f"Distillation helps in {len(helps)} of {len(table)} cells, most with few images and a high T"
    )
    assert re.search(r"each trained for [0-9]+ to 700 steps\.", html_of(app))
    assert f"+{helps['difference'].max():.1f} points" in sentence
    assert chart_titles(app)[0] == GAIN
    assert len(cells_of(app)) == len(table)
    assert not labelled(app)["Start"].disabled
    assert hint(app).startswith("9 cells × 5 repeats: 45 runs, about ")


def test_epochs_are_offered_around_the_setting_and_follow_it_until_they_are_chosen(open_page):
    app = open_page("sweep", {"sweep_form": True})
    labelled(app)["Vary"].set_value("epochs").run()
    assert app.multiselect[0].value == ["40", "80", "200"]
    labelled(app)["All else as in"].set_value("many_images").run()
    assert app.multiselect[0].value == ["10", "20", "50"]
    assert "vary=epochs:10,20,50" in unquote(urlencode(app.query_params, doseq=True))
    app.multiselect[0].set_value(["10", "100"]).run()
    labelled(app)["All else as in"].set_value("default").run()
    assert app.multiselect[0].value == ["10", "100"]


def test_where_epochs_vary_cells_are_named_by_their_steps():
    study = Study(RunConfig(), {"epochs": (40, 200), "train_size": (500, 1_000)})
    assert study_map.where(studies.in_steps(study, {"epochs": 200, "train_size": 1_000})) == (
        "6,400 steps, 1,000 images"
    )
    assert study_map.in_sentence(studies.in_steps(study, {"epochs": 200, "train_size": 500})) == (
        "with 500 images when trained for 3,200 steps"
    )
    # a slice does not know how many images
    assert study_map.in_sentence(studies.in_steps(study, {"epochs": 200})) == "when trained for 200 epochs"


@pytest.mark.parametrize(
    ("query", "sentence"),
    [
        ({"vary": "temperature:4,1000;alpha:7"}, "T, temperature must be between 0.1 and 100, got '1000'"),
        ({"vary": "temperature:1,4,10", "alpha": "1"}, "temperature has no effect here"),
    ],
)
def test_bad_input_gets_a_sentence_and_nothing_starts(open_page, lab, query, sentence):
    before = lab.studies.views()
    app = open_page("sweep", **query)
    assert sentence in html.unescape(hint(app))
    assert lab.studies.views() == before


def test_a_base_run_that_was_deleted_and_a_teacher_that_is_gone_start_nothing(open_page, lab):
    before = lab.studies.views()
    app = open_page(
        "sweep", {"shown_run": "0123456789ab", "sweep_base": "0123456789ab"}, vary="alpha:0.1,0.5"
    )
    app.session_state["sweep_base"] = "0123456789ab"
    app.run()
    assert "0123456789ab" in hint(app)
    assert labelled(app)["Start"].disabled
    app = open_page("sweep", vary="alpha:0.1,0.5", teacher="0123456789ab")
    labelled(app)["Start"].click().run()
    assert any("0123456789ab" in sentence for sentence in warnings_of(app))
    assert lab.studies.views() == before


def test_a_study_has_an_address_that_opens_it_here_and_its_setting_elsewhere(open_page, lab, study_id):
    query = {"study": study_id, **query_of(STUDY)}
    assert address_of(STUDY).startswith(f"sweep?study={study_id}&vary=")
    assert study_of(query_of(STUDY)) == STUDY
    app = open_page("sweep")
    whose = "α and T: 8 runs, somebody else's, "
    assert sum(each.startswith(whose) for each in labelled(app)["Study"].options) == 1
    labelled(app)["Study"].set_value(study_id).run()
    assert {name: app.query_params[name] for name in ("study", "vary")} == {
        "study": study_id,
        "vary": query["vary"],
    }
    app = open_page("sweep", **query)
    assert labelled(app)["Study"].value == study_id
    assert "8 runs, all finished" in html_of(app)
    app = open_page("sweep", **{**query, "study": "0123456789ab"})
    assert any("There is no study “0123456789ab” here" in sentence for sentence in warnings_of(app))
    assert [each.value for each in app.multiselect] == [["0.1", "0.5"], ["4", "10"]]
    assert hint(app).startswith("4 cells × 2 repeats: 8 runs, everything is stored")
    labelled(app)["Start"].click().run()
    assert labelled(app)["Study"].value == study_id
    assert app.query_params["study"] == study_id
    assert lab.studies.wait(study_id, 60).status == "finished"


def test_a_study_of_an_experiment_is_told_apart_and_leads_to_it(open_page, lab, study_id, monkeypatch):
    title = EXPERIMENTS["how_small"].title
    other = replace(lab.studies.view(study_id), study_id="0123456789ab")
    part = replace(lab.studies.view(study_id), experiment="how_small")
    monkeypatch.setattr(lab.studies, "views", lambda: [part, other])
    monkeypatch.setattr(lab.studies, "view", lambda study: part)
    app = open_page("sweep", study=study_id)
    assert labelled(app)["Study"].options[1].startswith("α and T: 8 runs, somebody else's")
    assert labelled(app)["Study"].options[2] == f"Experiment “{title}”: α and T, 8 runs"
    (link,) = (each for each in app.get("page_link") if "Part of" in each.proto.label)
    assert (link.proto.label, link.proto.query_string) == (
        f"Part of the experiment “{title}”",
        "experiment=how_small",
    )


def test_the_slices_through_a_cell_keep_its_other_value(lab, study_id):
    slices = cell.slices_through(studies.read(lab, study_id), 2)
    assert [(here, rows["x"].tolist()) for _words, here, (rows, _arguments) in slices] == [
        ("At T\u00a0=\u00a04.", [0.1, 0.5]),
        ("At α\u00a0=\u00a00.5.", [4.0, 10.0]),
    ]


def test_a_study_compared_with_one_of_its_cells_does_not_speak_of_scratch(open_page, lab, study_id):
    baseline = next(STUDY.cells())
    app = open_page("sweep", study=save_study(lab, replace(STUDY, baseline=baseline)))
    (sentence,) = SENTENCE.findall(html_of(app))
    assert "better than α 0.1, T 4" in sentence
    assert chart_titles(app)[0] == "Gain over the baseline, in percentage points"


def test_the_seeds_of_a_cell_are_trained_once_more_to_see_how_they_learned(
    open_page, lab, study_id, monkeypatch
):
    coming: list[str] = []
    ids = [STUDY.config({"alpha": 0.5, "temperature": 4.0}, number).run_id for number in range(2)]
    kept = {run_id: MISSING for run_id in ids}
    monkeypatch.setattr(lab.courses, "want", coming.extend)
    monkeypatch.setattr(lab.courses, "state", lambda run_id: COMING if run_id in coming else kept[run_id])
    app = open_page("sweep", {"cell": 2}, study=study_id)
    labelled(app)["See how they learned"].click().run()
    assert "Training them once more, with looks on the way: 0 of 2 repeats." in html_of(app)
    assert coming == ids
    coming.clear()
    kept.update(dict.fromkeys(ids, KEPT))
    app.run()
    assert "once more" not in html_of(app)
    assert "See how they learned" not in labelled(app)


def test_a_line_of_single_seeds_has_bands_and_says_how_often_single_seeds_disagreed(open_page, lab):
    line = Study(RunConfig(seed=3), {"temperature": (2.0, 4.0)})
    app = open_page("sweep", {"cell": 0}, study=save_study(lab, line))
    assert chart_titles(app)[0] == "Test accuracy along T, temperature"
    assert html.escape(near_note(RunConfig(temperature=2.0))) in html_of(app)
    cells_of(app)
    assert html.escape(near_cells_note(map(line.config, line.cells()))) in html_of(app)


def test_a_cell_whose_run_failed_says_why_and_the_rest_stands(open_page, lab, study_id, monkeypatch):
    view = lab.studies.view(study_id)
    config = STUDY.config({"alpha": 0.5, "temperature": 4.0})
    failed = replace(view, status="unfinished", done=6, failed={config.run_id: Ending("disk full")})
    kept = lab.studies.frame(study_id)
    kept = kept[(kept["alpha"] != 0.5) | (kept["temperature"] != 4.0)]
    monkeypatch.setattr(lab.studies, "view", lambda study: failed)
    monkeypatch.setattr(lab.studies, "frame", lambda study: kept)
    studies._stored.clear()
    app = open_page("sweep", {"cell": 2}, study=study_id)
    assert "Go on" in labelled(app)
    assert f"A run failed: {Ending('disk full')}" in html_of(app)
    said = cells_of(app)
    assert [verdict == "failed" for verdict in said["Verdict"]] == [False, False, True, False]
    assert said["Failed"].tolist() == ["–", "–", str(Ending("disk full")), "–"]


def test_how_far_a_study_is_and_what_one_can_do_about_it(open_page, lab, study_id, monkeypatch):
    view, done, app = lab.studies.view(study_id), [], open_page("sweep", study=study_id)
    for act in ("pause", "stop", "start"):
        monkeypatch.setattr(
            lab.studies, act, lambda *_asked, act=act, **_by: done.append(act) or act != "stop"
        )
    for status, buttons, words in (
        ("running", {"Pause", "Stop"}, "4 of 8 runs; about 12 s left."),
        ("paused", {"Go on", "Stop"}, "Paused: 4 of 8 runs."),
        ("stopped", {"Go on"}, "Stopped after 4 of 8 runs."),
        ("interrupted", {"Go on"}, "Interrupted when the app closed, after 4 of 8 runs."),
        ("waiting for room", {"Pause", "Stop"}, "The disk is full"),
        ("finished", set(), "8 runs, all finished."),
    ):
        changed = replace(view, status=status, done=8 if status == "finished" else 4, seconds_left=12.0)
        monkeypatch.setattr(lab.studies, "view", lambda study, changed=changed: changed)
        app.run()
        assert {"Pause", "Stop", "Go on"} & set(labelled(app)) == buttons
        assert words in html_of(app)
        if status in ("running", "paused"):
            for label in sorted(buttons - ({"Stop"} if status == "paused" else set())):
                labelled(app)[label].click().run()
                others = ["Others want this study too, so it continues for them."] if label == "Stop" else []
                assert warnings_of(app) == others
    assert done == ["pause", "stop", "start"]


def test_a_study_of_more_than_an_hour_asks_first(open_page, lab, monkeypatch):
    started = []
    monkeypatch.setattr(lab, "estimate", lambda study: 7800.0)
    monkeypatch.setattr(lab.studies, "start", lambda study, person: started.append(study) or study.study_id)
    app = open_page("sweep", vary="alpha:0.2,0.3", seeds="1")
    labelled(app)["Start"].click().run()
    assert started == []
    assert "about 2 h 10 min" in hint(app)
    labelled(app)["Start anyway"].click().run()
    assert [study.size for study in started] == [2]


def repeats_of(app) -> list[dict]:
    """The repeats in their order, as the browser draws them."""
    return drawn_in_the_browser(app, CHANNEL)["seeds"]["orders"]["by_number"]


def gains(runs: pd.DataFrame) -> list[float]:
    return (100 * (runs["distilled_accuracy"] - runs["scratch_accuracy"])).tolist()


def test_a_cell_says_why_it_is_hatched_and_its_repeats_are_shown_one_by_one(open_page):
    app = open_page("sweep", cell="200,10")
    why = "Alone, this would count. Among 42 cells, one may look so by luck"
    assert why in html_of(app)
    drawn = convert_arrow_bytes_to_pandas_df(app.get("vega_lite_chart")[0].proto.data.data)
    assert drawn.loc[drawn["chosen"], "cell"].tolist() == [9]
    assert "In 5 repeats the teacher helped every time." in html_of(app)
    labelled(app)["View"].set_value("repeats").run()
    assert labelled(app)["Cell"].value == 9
    assert "In 5 repeats the teacher helped every time." in html_of(app)
    assert repeats_of(app)[-1]["code"] == "helps"


def test_the_included_map_is_there_at_other_alphas_and_without_t_squared(open_page):
    app = open_page("sweep", of_squared="without", show="repeats")
    labelled(app)["α, weight of the true labels"].set_value("0.5").run()
    runs = shipped_study().query("alpha == 0.5 and not temperature_squared")
    labelled(app)["Cell"].set_value(12).run()
    assert [step["own"] for step in repeats_of(app)] == pytest.approx(
        gains(runs.query("train_size == 500 and temperature == 1"))
    )
    labelled(app)["View"].set_value("map").run()
    table = verdicts(runs, ["train_size", "temperature"])
    drawn = convert_arrow_bytes_to_pandas_df(app.get("vega_lite_chart")[0].proto.data.data)
    assert drawn["difference"].tolist() == pytest.approx(table["difference"].tolist())


def test_more_repeats_than_a_cell_has_are_one(open_page):
    app = open_page("sweep", show="repeats", cell="500,10", of_seeds="9")
    assert values_of(app, CHANNEL)["point"] == 8
    labelled(app)["Cell"].set_value(0).run()
    assert values_of(app, CHANNEL)["point"] == 0


def test_a_persons_own_run_is_there_with_its_stored_repeats(open_page, lab):
    first = lab.runs.view(RunConfig().run_id)
    app = open_page("sweep", show="repeats", of="run", run=first.run_id)
    assert any("Fewer than two repeats" in each.value for each in app.markdown)
    second, gain = RunConfig(seed=3), 100 * first.result["comparison"]["difference"]
    comparison = {**first.result["comparison"], "only_distilled_right": 500, "only_scratch_right": 199}
    result = {**first.result, "comparison": comparison}
    result["distilled"] = {
        **result["distilled"],
        "test_accuracy": result["scratch"]["test_accuracy"] + 0.0301,
    }
    save_copy(lab.store, first.run_id, second, result=result)
    try:
        app = open_page("sweep", show="repeats", of="run", run=second.run_id)
        assert [step["own"] for step in repeats_of(app)] == pytest.approx([gain, 3.01])
        assert "Seed 3 alone: +3.01 points, helps" in repeats_of(app)[1]["words"]
        assert "points on average. Too few for a verdict." in html_of(app)
    finally:
        lab.store.runs.remove(second.run_id)


def test_the_trap_of_looking_often_is_unfolded(open_page):
    app = open_page("sweep", {"sweep_peeking": True}, show="repeats")
    assert chart_titles(app) == ["A method that does nothing, said to help or to hurt"]
    assert "by 20 repeats 26 seem to do something" in html_of(app)
