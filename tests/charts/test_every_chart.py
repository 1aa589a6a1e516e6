"""What holds for every chart: it is valid, only its rows move it, codes have words, and clicks have names."""

import math
import re

import altair as alt
import numpy as np
import pandas as pd
import pytest

from kd.charts import (
    class_charts,
    error_charts,
    guess_charts,
    making_charts,
    run_charts,
    study_charts,
    thumbnails,
    trail_chart,
)
from kd.charts.loss_charts import loss_lines, loss_rows
from kd.charts.parts import SHADES, in_words, vega_lite
from kd.charts.study_charts import heat_map, heat_map_axes, heat_map_rows, slice_axes, slice_lines, slice_rows
from kd.classes.gains import Gains
from kd.config import RunConfig
from kd.studies.sure.single_seeds import stopping
from tests.charts.drawn import rows_of, svg_of, texts_of, without_rows
from tests.contrast import contrast
from tests.pseudo_language import mark, unmarked

MODELS = ("teacher", "distilled", "scratch")
LABELS = np.arange(40) % 10
CODES = {"teacher", "distilled", "scratch", "labels", "total", "teacher_without_t2", "for", "against"}
VALUES = {"alpha": (0.1, 0.9), "temperature": (1.0, 10.0)}
VERDICTS = pd.DataFrame(
    [
        {"alpha": a, "temperature": t, "seeds": 5, "judged_seeds": 5, "verdict": verdict, **p, **gain}
        for a, t, verdict in ((0.1, 1.0, "helps"), (0.1, 10.0, "hurts"), (0.9, 1.0, "not shown"))
        for p in [{"p": 0.02, "p_corrected": 0.1}]
        for gain in [{"difference": 3.0 * t * a - 1, "low": 3.0 * t * a - 2, "high": 3.0 * t * a}]
    ]
)  # fmt: skip
LAYERS = {"model": ["teacher", "distilled"], "position": 1, "kind": "Dense", "output": "10"}


def events_until(epoch):
    event = {"epochs": 4, "student_loss": 2.0, "distillation_loss": 8.0, "accuracy": 0.9, "val_accuracy": 0.9}
    return [{"model": model, "epoch": e, **event} for e in range(1, epoch + 1) for model in MODELS]


def accuracy(at):
    rows, axes = run_charts.accuracy_rows(events_until(at), earlier={"T 4": events_until(2)})
    return run_charts.accuracy_lines(rows, **axes)


def loss(at):
    rows, axes = loss_rows(events_until(at), 0.5)
    return loss_lines(rows, **axes)


def courses(at):
    rows, axes = run_charts.courses_rows({"A": events_until(at), "B": events_until(2)})
    return run_charts.courses_chart(rows, ["A", "B"], **axes)


def logits(at):
    drawn = np.random.default_rng(at)
    return {model: drawn.normal(size=(40, 10)) + 2 * np.eye(10)[LABELS] for model in MODELS}


def layers(at):
    table = pd.DataFrame({**LAYERS, **{measure: [7, 7 * at] for measure in making_charts.MEASURES}})
    return making_charts.layer_chart(making_charts.layer_rows(table, "parameters"), "", MODELS[:2])


def heat(at):
    rows = heat_map_rows(VERDICTS.head(at), list(VALUES), VALUES)
    return heat_map(rows, **heat_map_axes(VALUES))


def along(at):
    rows = slice_rows(VERDICTS[VERDICTS["alpha"] == 0.1].assign(seeds=at), "temperature")
    return slice_lines(rows, **slice_axes(rows, "temperature", VALUES["temperature"], gains=True))


def trail(at):
    configs = [RunConfig(temperature=float(number)) for number in range(1, at + 1)]
    found = {"difference": 0.02, "low": 0.01, "high": 0.03}
    rows = trail_chart.trail_rows(
        [(config, found) for config in configs], "alpha", "", {config.run_id: "" for config in configs}
    )
    return trail_chart.trail_chart(rows, "alpha", "α")


def trap(at):
    return study_charts.stopping_chart(stopping().assign(seeds=at))


def pictures(at):
    images = np.zeros((at, 28, 28), np.uint8)
    return thumbnails.thumbnail_chart(thumbnails.thumbnail_rows(images, range(at), [""] * at))


def repeats_of_a_class(at):
    found = Gains(
        ("1", "2", "3")[:at], ((0.9, 0.85),) * at, (5.0, 4.0, -1.0)[:at], (5.0, 4.5, 2.7)[:at],
        (math.nan, -2.0, -5.0)[:at], (math.nan, 11.0, 10.0)[:at], "helps", {},
    )  # fmt: skip
    return class_charts.gain_rows(found, found.people, is_named=True)


def guessed(at):
    guesses = {f"{number}": 1.5 * number for number in range(at)}
    rows = guess_charts.dot_rows(guesses, [-2.0, 0.0, 2.0, 4.0], (3.0, 2.0, 4.0), 1.5)
    return guess_charts.guess_dots(rows, [-2.0, 0.0, 2.0, 4.0], 4)


TICKS = [-2.0, 0.0, 2.0, 4.0, 6.0]
CHARTS = {
    "accuracy": accuracy,
    "loss": loss,
    "courses": courses,
    "look-alikes": lambda at: error_charts.look_alike_chart(
        error_charts.look_alike_rows(LABELS, logits(at)["teacher"], 4.0)
    ),
    "confusion": lambda at: error_charts.confusion_chart(
        error_charts.confusion_rows(LABELS, logits(at)["distilled"], "distilled"), "", ""
    ),
    "reliability": lambda at: error_charts.reliability_chart(
        error_charts.reliability_rows(LABELS, logits(at))
    ),
    "layers": layers,
    "heat map": heat,
    "slice": along,
    "trail": trail,
    "trap": trap,
    "thumbnails": pictures,
    "gains": lambda at: class_charts.swarm(repeats_of_a_class(at), TICKS, 3, True),
    "gains by and by": lambda at: class_charts.course(repeats_of_a_class(at), TICKS, 10),
    "guesses": guessed,
    "answers": lambda at: guess_charts.guess_bars(guess_charts.bar_rows({"": at, " ": 1}), ("", " "), 3),
}
CLICKS = {
    "look-alikes": ("cell", ["true", "class"]),
    "heat map": ("opened", ["cell"]),
    "trail": ("opened", ["run"]),
    "thumbnails": ("picked", ["picture"]),
}


@pytest.mark.parametrize("name", CHARTS)
def test_a_chart_is_valid_and_another_state_changes_only_its_rows(name):
    one, other = CHARTS[name](2), CHARTS[name](3)
    spec = one.to_dict(validate=True)
    assert spec["height"] >= 100
    assert without_rows(one) == without_rows(other)
    assert rows_of(one) != rows_of(other)
    encodings = [layer["encoding"] for layer in spec["layer"]]
    assert any("tooltip" in encoding for encoding in encodings)
    for layer, colour in ((layer, layer["encoding"].get("color", {})) for layer in spec["layer"]):
        if colour.get("field") in ("role", "shade"):
            assert colour["scale"]["domain"] == list(SHADES)
            # text, and cells under text, have colours of their own
            shade = {"text": " text'", "rect": " cell'"}.get(layer["mark"]["type"])
            assert (colour["field"] == "shade") == (shade is not None)
            assert shade is None or any(shade in each.get("calculate", "") for each in layer["transform"])
    found = {each["name"]: each["select"]["fields"] for each in spec.get("params", ())}
    assert found == dict([CLICKS[name]] if name in CLICKS else [])


SEEN, BAND = 3, 12
MARKS = re.compile(r'<g class="mark-(?:line|rule|symbol) role-mark[^>]*>(.*?)</g>')


@pytest.mark.parametrize("name", [name for name in CHARTS if name != "heat map"])  # whose cells have numbers
def test_lines_and_points_stand_out_from_the_page_but_for_bands(name):
    for drawn in re.findall("<(?:path|line) [^>]*>", " ".join(MARKS.findall(svg_of(CHARTS[name](3))))):
        has = dict(re.findall('([a-z-]+)="([^"]*)"', drawn))
        kinds = [kind for kind in ("stroke", "fill") if has.get(kind, "none") not in ("none", "transparent")]
        for kind in kinds:
            seen = float(has.get("opacity", 1)) * float(has.get(f"{kind}-opacity", 1))
            if seen and float(has.get("stroke-width", 1)) < BAND:
                assert contrast(_over_white(has[kind], seen), "#FFFFFF") >= SEEN, drawn


def _over_white(colour: str, seen: float) -> str:
    colour = {"black": "#000000"}.get(colour, colour)
    parts = (int(colour[at : at + 2], 16) for at in (1, 3, 5))
    return "#" + "".join(f"{round(255 + seen * (part - 255)):02X}" for part in parts)


@pytest.mark.parametrize("name", CHARTS)
def test_rows_have_codes_and_what_is_shown_has_words_in_the_readers_language(name, pseudo_language):
    chart = CHARTS[name](3)
    rows = pd.DataFrame(rows_of(chart))
    for column in {"role", "part", "speaks"} & set(rows):
        assert set(rows[column]) <= CODES
    spec = vega_lite(chart)
    assert spec["config"]["mark"]["tooltip"] is None  # of a mark without one of ours: it would have columns
    known = {*rows, *(step["as"] for step in spec.get("transform", ()))} - {
        "role",
        "part",
        "speaks",
        "verdict",
    }
    for layer in spec["layer"]:
        for tooltip in layer["encoding"].get("tooltip", ()):
            assert tooltip["field"] in known
            assert tooltip["title"] in ("T", "α", mark(tooltip["title"][1:-1]))
    assert [text for text in texts_of(chart) if re.search(r"\d[.,]\d", text)] == []
    said = " ".join(unmarked(text) for text in texts_of(chart))
    for own in ("Conv2D", "Dense", "A ", "B "):  # what Keras calls its layers, and what we call the courses
        said = said.replace(own, "")
    assert not any(letter.isalpha() for letter in said.replace("k", "").replace("M", "").replace("α", ""))


@pytest.mark.parametrize(
    "name", ["l'élève", 'so "called"', "back\\slash", "</script>", "${datum}", "two\nlines"]
)
def test_a_name_may_have_any_character(name):
    rows = pd.DataFrame({"code": ["a", "b"]})
    text = alt.Chart().transform_calculate(words=in_words("datum.code", {"a": name}))
    chart = alt.layer(text.mark_text().encode(y="code:N", text="words:N"), data=rows)
    assert {" ".join(name.splitlines()), "b"} <= {" ".join(text.splitlines()) for text in texts_of(chart)}
