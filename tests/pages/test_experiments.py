"""Experiments: a shelf, a question with a guess, and a verdict that follows from what is stored."""

from __future__ import annotations

import re
from html import unescape
from urllib.parse import parse_qs

import numpy as np
import pytest

from kd.analysis.evaluation import BLOCKS
from kd.config import RunConfig
from kd.pictures.mnist import load_mnist
from kd.studies.experiments import EXPERIMENTS
from kd.studies.experiments.judging import judged
from kd.studies.experiments.rows import points, shipped_rows
from kd.text.experiment_words import before_words, finding_words, guess_words, told
from kd.text.mistake_words import gradient_words, loss_words, noticed_words
from tests.pages.on_page import (
    chart_titles,
    drawn_in_the_browser,
    html_of,
    labelled,
    move,
    values_of,
    warnings_of,
    words_of_charts,
)
from tests.stored_runs import save_copy
from ui.experiments import asked

NAME, DRAWN, SEEDS = "wrong_labels", "how_many_images", 5
MARKS = {"agrees": "✓", "disagrees": "✕", "cannot tell": "?"}
SENTENCE = re.compile(r'<p class="kd-verdict" role="status">(.*?)</p>', re.DOTALL)
BLOCK = re.compile(r'<section class="kd-block"><h3>(.*?)</h3>(.*?)</section>', re.DOTALL)


@pytest.fixture(scope="module")
def stored(lab):
    """An experiment all of whose runs are stored: wrong labels cost scratch 12 points, and distilled 0.5.

    Trained out, they cost both 6 points.
    """
    first = lab.runs.view(RunConfig().run_id)
    for config in EXPERIMENTS[NAME].runs(SEEDS):
        cost = config.label_noise / 0.6 * (1 + config.seed / 100)
        costs = (0.005, 0.12) if config.epochs == EXPERIMENTS[NAME].setting.epochs else (0.06, 0.06)
        result = {**first.result, "run": config.run_id}
        for model, best, lost in zip(("distilled", "scratch"), (0.97, 0.95), costs, strict=True):
            right = round(best - lost * cost, 4)
            blocks = [len(each) for each in np.array_split(np.arange(round(10_000 * right)), BLOCKS)]
            result[model] = {**result[model], "test_accuracy": right, "right_in_blocks": blocks}
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


def test_an_unknown_name_is_one_sentence_with_the_nearest(open_page):
    (said,) = warnings_of(open_page("experiments", experiment="how_many_imagez"))
    assert "how_many_imagez" in said
    assert "how_many_images" in said


@pytest.mark.parametrize(
    ("query", "sentences"),
    [
        (
            {"experiment": NAME, "seeds": "many", "seen": "all", "guess": "5,4"},
            [
                "There is nothing called “all” to look at: use run, included.",
                "seeds must be a whole number between 1 and",
                "There is no guess '5,4' here: choose of nothing",
            ],
        ),
        ({"experiment": "never_saw_it", "bias": "so"}, ["bias must be a number"]),
        ({"experiment": DRAWN, "guess": "1,2"}, ["A guess here is 6 numbers with commas between them, not"]),
    ],
)
def test_bad_input_gets_a_sentence_and_nothing_starts(open_page, lab, query, sentences):
    before = [each.study_id for each in lab.studies.views()]
    app = open_page("experiments", **query)
    for said, sentence in zip(warnings_of(app), sentences, strict=True):
        assert sentence in said
    assert "guess" not in app.query_params
    assert "Find out" in labelled(app)
    assert [each.study_id for each in lab.studies.views()] == before


def test_the_question_gives_nothing_away_and_none_of_the_answers_is_chosen(open_page, stored):
    app = open_page("experiments", experiment=NAME, seeds=str(SEEDS))
    (radio,) = app.radio
    assert radio.value is None
    assert radio.label == EXPERIMENTS[NAME].guess.question
    assert chart_titles(app) == [EXPERIMENTS[NAME].chart.y_label]
    assert words_of_charts(app)[-1].endswith("Nothing is on it yet.")
    assert not SENTENCE.search(html_of(app))
    assert f"40 runs with {SEEDS} seeds, everything is stored." in html_of(app)


def test_a_guess_the_finding_and_the_paper_stand_beside_each_other(open_page, stored):
    app = open_page("experiments", experiment=NAME, seeds=str(SEEDS))
    app.radio[0].set_value("nothing").run()
    assert app.query_params["guess"] == "nothing"
    labelled(app)["Find out"].click().run()
    assert app.query_params["seen"] == "run"
    stored.wait(60)
    app.run()
    experiment, findings = EXPERIMENTS[NAME], stored.view().findings
    steps = experiment.setting.steps
    (sentence,) = SENTENCE.findall(html_of(app))
    texts = told(experiment.outcomes, findings)
    assert [unescape(text) for text in re.findall(r"</span> (.*?)</span>", sentence)] == [*texts.values()]
    guess, (claim,) = experiment.guess, experiment.claims
    said = blocks(app)
    long = findings["long"][guess.measured]
    assert judged(long, guess.choices["nothing"].expected) == "disagrees"
    words = guess_words(guess.choices["nothing"].label, experiment.label(guess.measured), long, "disagrees")
    assert "✕  disagrees" in said["Your guess"]
    assert words in said["Your guess"]
    assert judged(findings["short"][guess.measured], guess.choices["nothing"].expected) == "agrees"
    short = finding_words(findings["short"][guess.measured])
    assert before_words(f"after {steps:,} steps", "agrees", short) in said["Your guess"]
    whens = {"short": f"After {steps:,} steps", "long": f"Trained out ({5 * steps:,} steps)"}
    for length, when in whens.items():
        for found in findings[length].values():
            assert finding_words(found) in said["What came out"]
        verdict = judged(findings[length][claim.measured], claim.expected)
        of_paper = re.sub(r"\s+", " ", said[experiment.paper.authors])
        assert (
            f"{when} {MARKS[verdict]} {verdict} {finding_words(findings[length][claim.measured])}" in of_paper
        )
    assert experiment.differs in unescape(html_of(app))
    assert experiment.means in unescape(html_of(app))
    means = points(stored.view().rows, experiment).query("measure == 'distilled_right' and x == 0.6")["mean"]
    for mean, words, when in zip(means, words_of_charts(app)[-2:], whens.values(), strict=True):
        assert words.startswith(when.partition(" (")[0])
        assert f"{mean:.4g} at 0.6" in words


@pytest.mark.parametrize(
    "name", ["no_t_squared", "probabilities_for_logits", "how_many_images", "wrong_labels"]
)
def test_the_included_result_has_its_verdicts_and_a_mistake_its_lines_and_gauges(open_page, name):
    experiment, by_length = EXPERIMENTS[name], EXPERIMENTS[name].findings(shipped_rows(name))
    code, answer = next(iter(experiment.guess.choices.items()), ("", None))
    app = open_page("experiments", experiment=name, seen="included", **({"guess": code} if code else {}))
    html = unescape(html_of(app))
    verdicts = [
        judged(findings[claim.measured], claim.expected)
        for claim in experiment.claims
        for findings in by_length.values()
    ]
    if answer is not None:
        known = [found for each in by_length.values() if (found := each[experiment.guess.measured]).seeds]
        verdicts.insert(0, judged(known[-1], answer.expected))
    assert re.findall(r'aria-hidden="true">[✓✕?…]</span> ([\w ]+)</span>', html) == verdicts
    if experiment.kind != "mistake":
        return
    mistake = experiment.mistake
    lines = [mistake.right, *mistake.wrong.values()]
    assert [block.value for block in app.code][: len(lines)] == lines
    for _length, rows in shipped_rows(name).groupby("length"):
        for found in mistake.gauges(rows).values():
            for title in ("The loss says", "The gradient says", "The accuracy says"):
                assert html.count(f"<h3>{title}</h3>") == len(mistake.wrong)
            assert noticed_words(found.difference, found.gain) in html
            assert finding_words(found.difference) in html
            if found.gradient is not None:
                assert gradient_words(found.gradient) in html
            if found.loss is not None and found.right_loss is not None:
                assert loss_words(found.loss, found.right_loss) in html


def test_a_mistake_shows_its_lines_before_anything_is_found_out(open_page):
    mistake = EXPERIMENTS["probabilities_for_logits"].mistake
    app = open_page("experiments", experiment="probabilities_for_logits")
    assert [block.value for block in app.code] == [mistake.right, *mistake.wrong.values()]
    assert "says</h3>" not in html_of(app)
    labelled(app)["Show the included result"].click().run()
    assert "The gradient says</h3>" in html_of(app)


def test_without_a_guess_none_is_judged_and_it_leads_on_to_sweep_and_to_train(open_page, stored):
    app = open_page("experiments", experiment=NAME, seeds=str(SEEDS), seen="run")
    assert "You made no guess." in blocks(app)["Your guess"]
    links = {each.proto.label: parse_qs(each.proto.query_string) for each in app.get("page_link")}
    assert links["Open in Sweep"]["vary"] == ["label_noise:0,0.2,0.4,0.6;alpha:0.1,0.5,0.9"]
    assert links["Open in Train"] == {"run": [EXPERIMENTS[NAME].setting.run_id]}
    assert [block.value for block in app.code] == [f"python -m kd experiment {NAME}"]


def test_a_curve_is_drawn_and_compared_place_by_place(open_page):
    app = open_page("experiments", experiment=DRAWN)
    assert values_of(app, "guess-how-many-images") == {"curve": None}
    assert not app.radio
    curve = [9.5, 5.5, 4.0, 2.5, 1.0, 0.5]
    move(app, "guess-how-many-images", curve=curve)
    assert app.query_params["guess"] == "9.5,5.5,4,2.5,1,0.5"
    labelled(app)["Show the included result"].click().run()
    found = points(shipped_rows(DRAWN), EXPERIMENTS[DRAWN]).query("length == 'long'")
    off = found["mean"].to_numpy() - curve
    place = np.abs(off).argmax()
    said = blocks(app)["Your guess"]
    assert "✕  disagrees" in said
    assert f"most too high at {found['x'].iloc[place]}, by {-off[place]:.1f} points" in said
    assert "Your guess: +9.50 at 100, +5.50 at 300," in words_of_charts(app)[-1]


def test_what_is_no_longer_stored_leads_back_to_the_question(open_page):
    app = open_page("experiments", experiment="smoothed_teacher", seen="run")
    assert "Find out" in labelled(app)
    assert "seen" not in app.query_params


def test_more_seeds_go_on_from_what_is_stored_and_guess_again_keeps_the_guess(open_page, stored):
    app = open_page("experiments", experiment=NAME, seeds=str(SEEDS), seen="run", guess="little")
    assert "Go on" not in labelled(app)
    labelled(app)["Seeds"].set_value(6).run()
    assert app.query_params["seeds"] == "6"
    assert "Go on" in labelled(app)
    assert "Your guess: one to five points." in html_of(app)
    assert "40 of 48 runs are stored" in html_of(app)
    labelled(app)["Guess again"].click().run()
    assert app.radio[0].value == "little"
    assert "seen" not in app.query_params


def test_a_bias_moves_in_the_browser_over_stored_logits(open_page, lab):
    experiment = EXPERIMENTS["never_saw_it"]
    first = lab.runs.view(RunConfig().run_id).run_id
    for config in experiment.runs(2):
        save_copy(lab.store, first, config)
    query = {"experiment": "never_saw_it", "seeds": "2", "seen": "run", "bias": "5.25"}
    app = open_page("experiments", **query)
    figure = drawn_in_the_browser(app, "moved-never-saw-it-bias")["course"]
    moves = list(experiment.options["bias"].moves)
    assert len(figure["models"][0]["ys"]) == len(moves)
    assert values_of(app, "moved-never-saw-it-bias") == {"point": moves.index(5.0)}
    logits, labels = lab.runs[first].test_logits()["distilled"].copy(), load_mnist().y_test
    logits[:, 3] += moves[-1]
    assert figure["models"][1]["ys"][-1] == pytest.approx(np.mean(logits.argmax(axis=1) == labels))
    assert "bias" not in {control.key for control in app.text_input}


def test_an_option_goes_back_to_the_question_only_if_it_has_changed(monkeypatch):
    kept = {"never_saw_it": asked.Asked(EXPERIMENTS["never_saw_it"], SEEDS, asked.RUN)}
    monkeypatch.setattr(asked.st, "session_state", {"experiments_kept": kept})
    monkeypatch.setattr(asked.st, "query_params", {"experiment": "never_saw_it"})
    monkeypatch.setattr(asked.address, "rewrite", lambda said: None)
    asked.choose("omitted_digits", "3")  # as a slow browser may report it once it has left the page
    assert kept["never_saw_it"].seen == asked.RUN
    asked.choose("omitted_digits", "37")
    assert kept["never_saw_it"].seen == ""
