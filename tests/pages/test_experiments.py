"""Experiments: a shelf, a question with a guess, and a verdict that follows from what is stored."""

from __future__ import annotations

import re
from html import unescape
from urllib.parse import parse_qs

import numpy as np
import pytest
from scipy import stats

from kd.analysis.evaluation import BLOCKS
from kd.config import RunConfig
from kd.pictures.mnist import load_mnist
from kd.studies.experiments import EXPERIMENTS, FIRST, MISTAKES, TOPICS
from kd.studies.experiments.judging import judged
from kd.studies.experiments.rows import points, shipped_rows
from kd.text.experiment_words import finding_words, guess_words, headline, verdict_word
from kd.text.mistake_words import gradient_words, loss_words, noticed_words
from tests.pages.on_page import (
    chart_titles,
    drawn_in_the_browser,
    html_of,
    labelled,
    move,
    values_of,
    words_of_charts,
)
from tests.stored_runs import save_copy
from ui.experiments import asked

NAME, DRAWN, SEEDS = "wrong_labels", "how_many_images", 5
MARKS = {"agrees": "✓", "disagrees": "✕", "cannot tell": "?"}
SENTENCE = re.compile(r'<p class="kd-verdict" role="status">(.*?)</p>', re.DOTALL)
FOLD = re.compile(r"<details><summary><h3>(.*?)</h3>(.*?)</details>", re.DOTALL)


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


def folded(app) -> dict[str, str]:
    """The guess, what came out and the paper: the first words of the title → all of the text."""
    found = {}
    for title, words in FOLD.findall(html_of(app)):
        text = re.sub(r"\s+", " ", unescape(re.sub("<[^>]+>", " ", f"{title} {words}")))
        found[title.partition(":")[0]] = text
    return found


def test_the_shelf_has_a_card_for_every_experiment_under_its_topic_and_says_no_result(open_page):
    app = open_page("experiments")
    for topic, names in {"images": TOPICS["images"], "mistakes": MISTAKES, "all": EXPERIMENTS}.items():
        if topic != "images":
            app.button_group[0].set_value(topic).run()
            assert app.query_params["topic"] == topic
        links = {each.proto.query_string: each.proto.label for each in app.get("page_link")}
        titles = {f"experiment={name}": EXPERIMENTS[name].title for name in (*FIRST, *names)}
        assert {link: label for link, label in links.items() if "experiment=" in link} == titles
    html = html_of(app)
    assert all(each.question in unescape(html) for each in EXPERIMENTS.values())
    assert html.count('class="kd-shape') == len(EXPERIMENTS)
    assert "%" not in re.sub("<[^>]*>", "", html).replace("60 %", "").replace("3 %", "")
    assert sorted([*FIRST, *(name for names in TOPICS.values() for name in names), *MISTAKES]) == sorted(
        EXPERIMENTS
    )


def test_the_question_gives_nothing_away_and_none_of_the_answers_is_chosen(open_page, stored):
    app = open_page("experiments", experiment=NAME, seeds=str(SEEDS))
    (radio,) = app.radio
    assert radio.value is None
    assert radio.label == EXPERIMENTS[NAME].guess.question
    assert chart_titles(app) == [EXPERIMENTS[NAME].chart.y_label]
    assert words_of_charts(app)[-1].endswith("Nothing is on it yet.")
    assert not SENTENCE.search(html_of(app))
    assert f"40 runs: each setting with {SEEDS} repeats (seeds)." in html_of(app)
    # nothing is trained by the first button, nor by the second where all of it is stored
    own = [button.label for button in app.button if button.key.startswith("experiment_")]
    assert own == ["See the included result", "See your own result"]


def test_a_guess_the_finding_and_the_paper_stand_beside_each_other(open_page, stored):
    app = open_page("experiments", experiment=NAME, seeds=str(SEEDS))
    app.radio[0].set_value("nothing").run()
    assert app.query_params["guess"] == "nothing"
    labelled(app)["See your own result"].click().run()
    assert app.query_params["seen"] == "run"
    stored.wait(60)
    app.run()
    experiment, findings = EXPERIMENTS[NAME], stored.view().findings
    steps = experiment.setting.steps
    whens = {"short": f"After {steps:,} steps", "long": f"After long training ({5 * steps:,} steps)"}
    (sentence,) = SENTENCE.findall(html_of(app))
    code, guess, (claim,) = experiment.headline, experiment.guess, experiment.claims
    of_length = {length: findings[length][code] for length in whens}
    texts = headline(experiment.outcomes[code], of_length)
    assert [unescape(text) for text in re.findall(r"</span> (.*?)</span>", sentence)] == [*texts.values()]
    said, choice = folded(app), guess.choices["nothing"]
    found = {length: findings[length][guess.measured] for length in whens}
    assert [judged(found[length], choice.expected) for length in whens] == ["agrees", "disagrees"]
    long, short = (guess_words(choice.label, found[length]) for length in ("long", "short"))
    assert said["Your guess"].startswith(f"Your guess: {choice.label} ✕ wrong {whens['long']} {long}")
    assert f"{whens['short']} ✓ right {short}" in said["Your guess"]
    for length, when in whens.items():
        for each in findings[length].values():
            assert finding_words(each) in said["What came out"]
        verdict, words = (
            judged(findings[length][claim.measured], claim.expected),
            findings[length][claim.measured],
        )
        assert f"{when} {MARKS[verdict]} {verdict_word(verdict)} {finding_words(words)}" in said["The paper"]
    assert experiment.paper.authors in said["The paper"]
    assert experiment.differs in unescape(html_of(app))
    assert experiment.means in unescape(html_of(app))
    means = points(stored.view().rows, experiment).query("measure == 'distilled_right' and x == 0.6")["mean"]
    for mean, words, when in zip(means, reversed(words_of_charts(app)[-2:]), whens.values(), strict=True):
        assert words.startswith(when.partition(" (")[0])
        assert f"{mean:.4g} at 0.6" in words


@pytest.mark.parametrize("name", ["no_t_squared", "probabilities_for_logits"])
def test_a_mistake_shows_its_lines_and_its_gauges_once_it_is_found_out(open_page, name):
    mistake = EXPERIMENTS[name].mistake
    app = open_page("experiments", experiment=name)
    assert [block.value for block in app.code] == [mistake.right, *mistake.wrong.values()]
    assert "says</h3>" not in html_of(app)
    labelled(app)["See the included result"].click().run()
    html = unescape(html_of(app))
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


def test_without_a_guess_none_is_judged_and_it_leads_on_to_sweep_and_to_train(open_page, stored):
    app = open_page("experiments", experiment=NAME, seeds=str(SEEDS), seen="run")
    assert folded(app)["Your guess"].startswith("Your guess: none")
    links = {each.proto.label: parse_qs(each.proto.query_string) for each in app.get("page_link")}
    assert links["Open in Sweep"]["vary"] == ["label_noise:0,0.2,0.4,0.6;alpha:0.1,0.5,0.9"]
    assert links["Open in Train"] == {"run": [EXPERIMENTS[NAME].setting.run_id]}
    assert [block.value for block in app.code] == [f"python -m kd experiment {NAME}"]


def test_a_curve_is_drawn_and_compared_place_by_place(open_page):
    app = open_page("experiments", experiment=DRAWN)
    assert values_of(app, "guess-how-many-images") == {"curve": None}
    assert not app.radio
    curve = [13, 10, 5.5, 3, 1, 0]
    move(app, "guess-how-many-images", curve=curve)
    assert app.query_params["guess"] == "13,10,5.5,3,1,0"
    labelled(app)["See the included result"].click().run()
    assert "✓ 5 of 6" in folded(app)["Your guess"]
    found = points(shipped_rows(DRAWN), EXPERIMENTS[DRAWN]).query("length == 'long'")
    rows = re.findall(r'<tr><th scope="row">([\d,]+)</th>(.*?)</tr>', html_of(app))
    assert [place.replace(",", "") for place, _cells in rows] == [str(x) for x in found["x"]]
    cells = [re.findall("<td>(.*?)</td>", row) for _place, row in rows]
    assert [each[-1] for each in cells] == [*"✕✓✓✓✓✓"]
    for (guess, mean, likely, _mark), drawn, point in zip(cells, curve, found.itertuples(), strict=True):
        wide = (point.high - point.low) / 2 * stats.t.ppf(0.995, 4) / stats.t.ppf(0.975, 4)
        ends = [point.mean - wide, point.mean + wide]
        assert number(guess) == drawn
        assert number(mean) == pytest.approx(point.mean, abs=0.051)
        assert [number(end) for end in likely.split(" and ")] == pytest.approx(ends, abs=0.051)
    assert "Your guess: +13.00 at 100, +10.00 at 300," in words_of_charts(app)[-1]
    # back on the shelf, and once more at the question, the guess is still there
    del app.query_params["experiment"]
    app.run()
    assert "You have drawn a guess." in html_of(app)


def number(text: str) -> float:
    """A number as a page writes it."""
    return float(text.replace("−", "-"))


def test_what_is_no_longer_stored_leads_back_to_the_question(open_page):
    app = open_page("experiments", experiment="smoothed_teacher", seen="run")
    assert "See the included result" in labelled(app)
    assert "seen" not in app.query_params


def test_more_seeds_go_on_from_what_is_stored_and_guess_again_keeps_the_guess(open_page, stored):
    app = open_page("experiments", experiment=NAME, seeds=str(SEEDS), seen="run", guess="little")
    assert "Go on" not in labelled(app)
    labelled(app)["Repeats (seeds)"].set_value(6).run()
    assert app.query_params["seeds"] == "6"
    assert "Go on" in labelled(app)
    assert folded(app)["Your guess"].startswith("Your guess: one to five points")
    assert "after 40 of 48 runs" in html_of(app)
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
    monkeypatch.setattr(asked.address, "now", lambda: {"experiment": "never_saw_it"})
    monkeypatch.setattr(asked.address, "rewrite", lambda said: None)
    asked.choose("omitted_digits", "3")  # as a slow browser may report it once it has left the page
    assert kept["never_saw_it"].seen == asked.RUN
    asked.choose("omitted_digits", "37")
    assert kept["never_saw_it"].seen == ""
