"""How sure: the figure of seeds has the numbers of stored runs, and the leaderboard those of its study."""

from __future__ import annotations

from html import unescape

import pytest

from kd.config import FIELDS, RunConfig
from kd.studies.shipped import objectives_study, shipped_study
from kd.studies.sure.leaderboard import at_both_lengths, leaderboard
from kd.studies.verdicts import verdicts
from tests.pages.on_page import (
    chart_titles,
    drawn_in_the_browser,
    html_of,
    labelled,
    values_of,
    warnings_of,
)
from tests.stored_runs import save_copy

CHANNEL = "adding-seeds"


def gains(runs) -> list[float]:
    return (100 * (runs["distilled_accuracy"] - runs["scratch_accuracy"])).tolist()


def said(app) -> str:
    return unescape(html_of(app))


def test_it_opens_where_seeds_disagree(open_page):
    app = open_page("how_sure")
    assert "Of 5 seeds alone, 3 say that it helps, 1 shows neither and 1 says that it hurts" in said(app)
    assert values_of(app, CHANNEL) == {"point": 0, "order": "by_number"}
    runs = shipped_study().query(
        "train_size == 10000 and alpha == 0.1 and temperature == 10 and temperature_squared"
    )
    steps = drawn_in_the_browser(app, CHANNEL)["seeds"]["orders"]["by_number"]
    assert [step["own"] for step in steps] == pytest.approx(gains(runs))
    row = verdicts(runs, ()).iloc[0]
    last = [steps[-1][name] for name in ("mean", "low", "high")]
    assert last == pytest.approx(row[["difference", "low", "high"]].tolist())
    assert [step["low"] for step in steps[:4]] == [None] * 4


def test_the_controls_choose_the_setting_and_the_address_keeps_it(open_page):
    app = open_page("how_sure")
    labelled(app)["Training images"].set_value("500").run()
    labelled(app)["T, temperature"].set_value("10").run()
    assert "Any single seed would have said the same" in said(app)
    assert app.query_params["of_images"] in ("500", ["500"])
    steps = drawn_in_the_browser(app, CHANNEL)["seeds"]["orders"]["by_number"]
    runs = objectives_study().query("objective == 'soft_targets' and seed < 5")
    assert [step["own"] for step in steps] == pytest.approx(gains(runs))


def test_more_seeds_than_a_setting_has_are_one(open_page):
    app = open_page("how_sure", of="objective", of_objective="relations", of_seeds="9")
    assert values_of(app, CHANNEL)["point"] == 8
    app.selectbox(key="of").set_value("study").run()
    assert values_of(app, CHANNEL)["point"] == 0


def test_a_persons_own_run_is_there_with_its_stored_seeds(open_page, lab):
    first = lab.runs.view(RunConfig().run_id)
    app = open_page("how_sure", of="run", run=first.run_id)
    assert any("Fewer than two seeds" in each.value for each in app.markdown)
    second, gain = RunConfig(seed=3), 100 * first.result["comparison"]["difference"]
    comparison = {**first.result["comparison"], "only_distilled_right": 500, "only_scratch_right": 199}
    result = {**first.result, "comparison": comparison}
    result["distilled"] = {
        **result["distilled"],
        "test_accuracy": result["scratch"]["test_accuracy"] + 0.0301,
    }
    save_copy(lab.store, first.run_id, second, result=result)
    try:
        app = open_page("how_sure", of="run", run=second.run_id)
        steps = drawn_in_the_browser(app, CHANNEL)["seeds"]["orders"]["by_number"]
        assert [step["own"] for step in steps] == pytest.approx([gain, 3.01])
        assert "Seed 3 alone: +3.01 points, helps" in steps[1]["words"]
    finally:
        lab.store.runs.remove(second.run_id)


def test_an_impossible_address_gets_a_sentence(open_page):
    app = open_page("how_sure", of_images="750", of_seeds="21", of_objective="best", look_up_to="41")
    for sentence in (
        "The study has no “750” images: use 100, 200, 500, 1000, 2000, 5000, 10000.",
        "of_seeds must be a whole number between 1 and 20, not “21”. It is set to 1.",
        "There is no objective “best”: use soft_targets, logit_matching, ",
        "One cannot go on to “41” seeds: use 5, 10, 20, 40.",
    ):
        assert any(sentence in said for said in warnings_of(app))
    assert values_of(app, CHANNEL)["point"] == 0


def test_the_trap_is_shown_and_its_controls_are_in_the_address(open_page):
    app = open_page("how_sure", sure="stopping")
    assert chart_titles(app) == ["A method that does nothing: said to help or to hurt"]
    assert "Look after every seed, up to 20" in said(app)
    assert "26 are said to help or to hurt" in said(app)
    labelled(app)["Look again after"].set_value("10").run()
    assert "Look after every 10 seeds, up to 20" in said(app)
    assert app.query_params["look_every"] in ("10", ["10"])


@pytest.mark.parametrize("over", ["soft_targets", "scratch"])
def test_the_leaderboard_says_what_holds_at_both_lengths_and_draws_each(open_page, over):
    app = open_page("how_sure", sure="objectives", over=over)
    rows = {
        steps: leaderboard(over, length).to_dict("records")
        for steps, length in (("640 steps", "short"), ("3,200 steps", "long"))
    }
    assert chart_titles(app) == [f"Every objective after {steps}" for steps in rows]
    spec = FIELDS["objective"]
    names = {name: spec.choice_label(name) for name in spec.choice_labels}
    words = {"soft_targets": "soft targets", "scratch": "labels alone"}
    for sentence in at_both_lengths(rows, names, words[over]):
        assert sentence in said(app)
    others = over == "soft_targets"
    assert f"corrected for {6 if others else 7} comparisons" in said(app)
    against = " --against objective=soft_targets" if others else ""
    objectives = "soft_targets,logit_matching,decoupled,relations,standardized,virtual_teacher,attention"
    assert [each.value for each in app.code] == [
        f"python -m kd sweep {epochs}--objective {objectives} --seeds 10{against}"
        for epochs in ("", "--epochs 200 ")
    ]
    assert "An objective's own fields are at their defaults" in said(app)
