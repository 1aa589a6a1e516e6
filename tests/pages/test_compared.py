"""Two runs that are ticked are compared: in words, over each other, setting by setting, answer by answer."""

from __future__ import annotations

import json
import re

import pytest

from kd.analysis.evaluation import compare
from kd.config import RunConfig
from kd.pictures.mnist import load_mnist
from kd.text.verdicts import headline
from tests.pages.on_page import chart_titles, errors_of, html_of, warnings_of
from tests.stored_runs import remove, save_copy

SHIPPED = RunConfig()
MANY = RunConfig(temperature=4.0, epochs=10, train_size=10_000)


@pytest.fixture
def queued(lab):
    config = RunConfig(seed=21)
    lab.store.runs.claim(config.run_id, config)
    yield config.run_id
    lab.store.runs.remove(config.run_id)


def opened(open_page, *run_ids: str, **query: str):
    return open_page("runs", ticked=",".join(run_ids), **query)


def test_two_runs_of_one_seed_are_compared_by_their_pictures(open_page, lab, shipped):
    app = opened(open_page, SHIPPED.run_id, MANY.run_id)
    said = html_of(app)
    logits = [lab.runs[config.run_id].test_logits()["distilled"] for config in (SHIPPED, MANY)]
    expected = compare(load_mnist().y_test, logits[1], logits[0])
    points = 100 * expected["difference"]
    assert re.search(f"B is ({points:.2f}|{points:.1f}) points ahead of A", said)
    assert "seed 0 on the same test pictures" in said
    assert "p &lt; 0.001" in said
    assert headline(shipped.result["comparison"], SHIPPED) in said.replace("&#x27;", "'")
    more_errors = round(-1e4 * expected["difference"])
    assert f"Errors of B minus errors of A: −{-more_errors}." in said
    differences = app.table[0].value
    assert differences.loc["T, temperature"].tolist() == ["10", "4"]
    assert "Seed" not in " ".join(differences.index)
    assert chart_titles(app) == ["Distilled by epoch (thin: scratch)", "Answers of B − answers of A"]


def test_several_seeds_are_compared_in_pairs(open_page, lab):
    made = []
    for temperature, gain in ((4.0, 0.01), (20.0, 0.05)):
        for seed in range(5):
            config = RunConfig(temperature=temperature, seed=seed)
            result = json.loads(json.dumps(lab.store.runs.record(SHIPPED.run_id)["result"]))
            result["distilled"]["test_accuracy"] = 0.84 + gain + 0.001 * (seed * temperature % 3)
            result["scratch"]["test_accuracy"] = 0.84
            for model in ("distilled", "scratch"):
                del result[model]["right_in_blocks"]
            made.append(config)
            save_copy(lab.store, SHIPPED.run_id, config, result=result)
    app = opened(open_page, made[0].run_id, made[5].run_id)
    said = html_of(app)
    assert "10 runs ticked" in said
    assert "B is 4.02 points behind A" in said
    assert "repeat by repeat (5 repeats); paired t-test: p" in said
    assert app.table[0].value.loc["Repeats"].tolist() == ["5", "5"]
    for config in made:
        remove(lab.store, config)


def test_of_three_runs_one_chooses_the_pair_and_changes_its_order(open_page, lab):
    third = RunConfig(alpha=0.5)
    save_copy(lab.store, SHIPPED.run_id, third)
    app = opened(open_page, SHIPPED.run_id, MANY.run_id, third.run_id)
    in_order = [app.dataframe[0].value["run"].tolist().index(c.run_id) for c in (third, SHIPPED, MANY)]
    letters = {run: "ABC"[sorted(in_order).index(place)] for run, place in zip("tsm", in_order, strict=True)}

    def title():
        return chart_titles(app)[1]

    assert title() == "Answers of B − answers of A"
    app.selectbox(key="pair").set_value(letters["m"] + letters["s"]).run()
    assert title() == f"Answers of {letters['s']} − answers of {letters['m']}"
    said = html_of(app)
    for other in (letters["s"], letters["t"]):
        assert re.search(rf"{other} is [\d.]+ points behind {letters['m']}", said)
    assert "".join(app.query_params["pair"]) == letters["m"] + letters["s"]
    assert not errors_of(app)
    remove(lab.store, third)


def test_a_pair_in_the_address_that_is_none_is_refused_and_one_that_is_not_ticked_left_out(open_page):
    for pair, refused in (("AA", 1), ("CF", 0), ("BA", 0)):
        app = opened(open_page, SHIPPED.run_id, MANY.run_id, pair=pair)
        assert len(warnings_of(app)) == refused
        first, second = "BA" if pair == "BA" else "AB"
        assert chart_titles(app)[1] == f"Answers of {second} − answers of {first}"


def test_a_run_that_has_not_finished_is_left_out_with_a_sentence(open_page, queued):
    app = opened(open_page, SHIPPED.run_id, queued)
    assert "Tick two runs that have finished to compare them." in html_of(app)
    app = opened(open_page, SHIPPED.run_id, MANY.run_id, queued)
    assert "points ahead of A" in html_of(app)


def test_a_run_whose_model_is_gone_becomes_a_sentence_and_the_list_stays(open_page, lab):
    config = RunConfig(seed=22)
    save_copy(lab.store, SHIPPED.run_id, config)
    lab.store.models.file(config.model_ids["distilled"]).with_suffix(".npz").unlink()
    app = opened(open_page, config.run_id, MANY.run_id, fold="false")
    assert app.dataframe
    assert "is missing" in errors_of(app)[0]
    remove(lab.store, config)
