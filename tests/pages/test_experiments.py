"""Experiments: a shelf, a question with a guess, and a verdict that follows from what is stored."""

from __future__ import annotations

import re
from html import unescape

import numpy as np
import pytest

from kd.config import RunConfig
from kd.pictures.mnist import load_mnist
from kd.studies.experiments import EXPERIMENTS
from kd.studies.experiments.judging import judged
from kd.studies.experiments.rows import points
from kd.text.experiment_words import claim_words, finding_words, guess_words, saying
from tests.pages.on_page import (
    chart_titles,
    drawn_in_the_browser,
    html_of,
    labelled,
    values_of,
    warnings_of,
    words_of_charts,
)
from tests.stored_runs import save_copy

NAME, SEEDS = "how_many_images", 2
SENTENCE = re.compile(r'<p class="kd-verdict" role="status">(.*?)</p>')
BLOCK = re.compile(r'<section class="kd-block"><h3>(.*?)</h3>(.*?)</section>', re.DOTALL)


@pytest.fixture(scope="module")
def stored(lab):
    """All runs of an experiment, made of the included one's: the fewer the images, the more is gained."""
    first = lab.watch(RunConfig().run_id)
    for config in EXPERIMENTS[NAME].runs(SEEDS):
        gain = (0.2 + 0.002 * config.seed) / np.sqrt(config.train_size / 100) - 0.01
        result = {**first.result, "run": config.run_id}
        result["scratch"] = {**result["scratch"], "test_accuracy": 0.7}
        result["distilled"] = {**result["distilled"], "test_accuracy": 0.7 + round(gain, 4)}
        save_copy(lab.store, first.run_id, config, result=result)
    return lab.experiment(NAME, SEEDS)


def blocks(app) -> dict[str, str]:
    """The guess, what came out and the paper: title → text."""
    found = {}
    for title, words in BLOCK.findall(html_of(app)):
        found[re.sub("<.*", "", title).strip()] = unescape(re.sub("<[^>]+>", " ", title + words))
    return found


def test_every_experiment_has_a_card_that_leads_to_it_and_says_no_result(open_page, lab):
    app = open_page("experiments")
    links = {each.proto.label: each.proto.query_string for each in app.get("page_link")}
    html = html_of(app)
    for name, each in EXPERIMENTS.items():
        assert links[each.title] == f"experiment={name}"
        assert each.question in unescape(html)
    assert html.count('class="kd-shape') == len(EXPERIMENTS)
    assert "%" not in re.sub("<[^>]*>", "", html).replace("60 %", "").replace("3 %", "")


def test_an_unknown_name_is_one_sentence_with_the_nearest_and_no_markup(open_page):
    app = open_page("experiments", experiment="how_many_imagez")
    (said,) = warnings_of(app)
    assert "how_many_imagez" in said
    assert "how_many_images" in said
    assert html_of(app).count('class="kd-shape') == len(EXPERIMENTS)
    (said,) = warnings_of(open_page("experiments", experiment="<script>alert(1)</script>"))
    assert said.startswith("There is no experiment '<script>alert(1)</script>'")


@pytest.mark.parametrize(
    ("query", "sentence"),
    [
        ({"seeds": "0"}, "seeds must be a whole number between 1 and"),
        ({"seeds": "many"}, "seeds must be a whole number between 1 and"),
        ({"seen": "all"}, "There is nothing called “all” to look at: use run, included."),
        ({"guess": "5,4"}, "There is no guess '5,4' here: choose of few"),
        ({"experiment": "never_saw_it", "bias": "so"}, "bias must be a number"),
        ({"experiment": "never_saw_it", "omitted_digits": "0123456789"}, "omitted_digits"),
    ],
)
def test_bad_input_gets_a_sentence_and_nothing_starts(open_page, lab, query, sentence):
    app = open_page("experiments", **{"experiment": NAME, **query})
    (said,) = warnings_of(app)
    assert sentence in said
    assert "Find out" in labelled(app)
    assert not lab.studies()


def test_the_question_gives_nothing_away_and_none_of_the_answers_is_chosen(open_page, stored):
    app = open_page("experiments", experiment=NAME, seeds=str(SEEDS))
    (radio,) = app.radio
    assert radio.value is None
    assert radio.label == EXPERIMENTS[NAME].guess.question
    assert chart_titles(app) == [EXPERIMENTS[NAME].chart.y_label]
    assert words_of_charts(app)[-1].endswith("Nothing is on it yet.")
    assert not SENTENCE.search(html_of(app))
    assert "12 runs with 2 seeds, everything is stored." in html_of(app)


def test_a_guess_the_finding_and_the_paper_stand_beside_each_other(open_page, stored):
    app = open_page("experiments", experiment=NAME, seeds=str(SEEDS))
    app.radio[0].set_value("few").run()
    assert app.query_params["guess"] == "few"
    labelled(app)["Find out"].click().run()
    assert app.query_params["seen"] == "run"
    stored.wait(60)
    app.run()
    experiment, findings = EXPERIMENTS[NAME], stored.view().findings
    (sentence,) = SENTENCE.findall(html_of(app))
    assert unescape(sentence) == " ".join(
        saying(says, findings[says.measured], experiment.labels[says.measured]) for says in experiment.says
    )
    guess, (claim,) = experiment.guess, experiment.claims
    found, found_of_paper = findings[guess.measured], findings[claim.measured]
    said = blocks(app)
    verdict = judged(found, guess.choices["few"].expected)
    assert verdict == "agrees"
    words = guess_words(guess.choices["few"].label, experiment.labels[guess.measured], found, verdict)
    assert "✓  agrees" in said["Your guess"]
    assert words in said["Your guess"]
    assert finding_words(found) in said["What came out"]
    verdict = judged(found_of_paper, claim.expected)
    assert claim_words(claim.figure, found_of_paper, verdict, "") in said[experiment.paper.authors]
    assert experiment.differs in unescape(html_of(app))
    assert experiment.means in unescape(html_of(app))
    mean = points(stored.view().rows, experiment).query("measure == 'distilled_right' and x == 100")["mean"]
    assert f"Distilled: {mean.iloc[0]:.4g} at 100," in words_of_charts(app)[-1]


def test_other_guesses_get_other_verdicts(open_page, stored):
    query = {"experiment": NAME, "seeds": str(SEEDS), "seen": "run"}
    assert "✕  disagrees" in blocks(open_page("experiments", **query, guess="many"))["Your guess"]
    assert "You made no guess." in blocks(open_page("experiments", **query))["Your guess"]


def test_it_leads_on_to_sweep_and_to_train(open_page, stored):
    query = {"experiment": NAME, "seeds": str(SEEDS), "seen": "run"}
    app = open_page("experiments", **query)
    labelled(app)["Open in Sweep"].click().run()
    assert not app.exception
    assert app.query_params["vary"] == "train_size:100,200,500,1000,2000"
    app = open_page("experiments", **query)
    labelled(app)["Open in Train"].click().run()
    assert app.query_params["run"] == EXPERIMENTS[NAME].setting.run_id
    assert "experiment" not in app.query_params


def test_what_is_no_longer_stored_leads_back_to_the_question(open_page):
    app = open_page("experiments", experiment="wrong_labels", seen="run")
    assert "Find out" in labelled(app)
    assert "seen" not in app.query_params


def test_guess_again_leads_back_and_keeps_the_guess(open_page, stored):
    app = open_page("experiments", experiment=NAME, seeds=str(SEEDS), seen="run", guess="same")
    labelled(app)["Guess again"].click().run()
    assert app.radio[0].value == "same"
    assert "seen" not in app.query_params


def test_a_bias_moves_in_the_browser_over_stored_logits(open_page, lab):
    experiment = EXPERIMENTS["never_saw_it"]
    first = lab.watch(RunConfig().run_id).run_id
    for config in experiment.runs(2):
        save_copy(lab.store, first, config)
    query = {"experiment": "never_saw_it", "seeds": "2", "seen": "run", "bias": "5.25"}
    app = open_page("experiments", **query)
    figure = drawn_in_the_browser(app, "moved-never-saw-it-bias")["course"]
    moves = list(experiment.options["bias"].moves)
    assert len(figure["models"][0]["ys"]) == len(moves)
    assert values_of(app, "moved-never-saw-it-bias") == {"point": moves.index(5.0)}
    logits, labels = lab.test_logits(first)["distilled"].copy(), load_mnist().y_test
    logits[:, 3] += moves[-1]
    assert figure["models"][1]["ys"][-1] == pytest.approx(np.mean(logits.argmax(axis=1) == labels))
    assert "bias" not in {control.key for control in app.text_input}
