"""Rows have codes, charts have words: in the reader's language, whatever characters are in them."""

import altair as alt
import numpy as np
import pandas as pd
import pytest

from kd.analysis.saliency import Saliency
from kd.charts import error_charts, making_charts, run_charts
from kd.charts.making_charts import saliency_chart, saliency_rows
from kd.charts.parts import in_words, vega_lite
from tests.charts.drawn import texts_of
from tests.pseudo_language import mark, unmarked

MODELS = ("teacher", "distilled", "scratch")
LOGITS = {model: np.roll(np.arange(10.0), shift) for shift, model in enumerate(MODELS)}
MANY = {model: np.tile(logits, (20, 1)) for model, logits in LOGITS.items()}
LABELS = np.arange(20) % 10
CODES = {"teacher", "distilled", "scratch", "labels", "total", "teacher_without_t2", "for", "against"}


def drawn() -> dict[str, tuple[pd.DataFrame, alt.LayerChart]]:
    """Every chart of models with its rows, as its figure draws it."""
    event = {"epochs": 4, "student_loss": 2.0, "distillation_loss": 8.0, "accuracy": 0.9, "val_accuracy": 0.9}
    events = [{"model": model, "epoch": e, **event} for e in (1, 2) for model in MODELS]
    accuracy, axes = run_charts.accuracy_rows(events)
    loss, loss_axes = run_charts.loss_rows(events, 0.5)
    layers = pd.DataFrame(
        {
            "model": ["teacher", "distilled"],
            "position": 1,
            "kind": "Dense",
            "output": "10",
            **dict.fromkeys(making_charts.MEASURES, 7),
        }
    )
    pixels = {model: np.full((28, 28), sign) for model, sign in (("teacher", 1.0), ("distilled", -1.0))}
    rows = {
        "accuracy": accuracy,
        "loss": loss,
        "confusion": error_charts.confusion_rows(LABELS, MANY["distilled"], "distilled"),
        "reliability": error_charts.reliability_rows(LABELS, MANY),
        "layers": making_charts.layer_rows(layers, "parameters"),
        "filters": making_charts.filter_rows(np.ones((3, 3, 1, 2)), 1.0, "scratch"),
        "saliency": saliency_rows(Saliency(7, pixels, pixels), "distilled"),
    }
    charts = {
        "accuracy": run_charts.accuracy_lines(accuracy, **axes),
        "loss": run_charts.loss_lines(loss, **loss_axes),
        "confusion": error_charts.confusion_chart(rows["confusion"], "", ""),
        "reliability": error_charts.reliability_chart(rows["reliability"]),
        "layers": making_charts.layer_chart(rows["layers"], "", ("teacher", "distilled")),
        "filters": making_charts.filter_chart(rows["filters"], "", 2),
        "saliency": saliency_chart(rows["saliency"], ""),
    }
    return {name: (rows[name], charts[name]) for name in rows}


NAMES = tuple(drawn())


@pytest.mark.parametrize("name", NAMES)
def test_rows_have_codes_and_what_is_shown_has_words(name):
    rows, chart = drawn()[name]
    for column in {"role", "part", "speaks"} & set(rows):
        assert set(rows[column]) <= CODES
    spec = vega_lite(chart)
    calculated = {step["as"] for step in spec["transform"]}
    shown = [each for layer in spec["layer"] for each in layer["encoding"].get("tooltip", ())]
    assert shown
    for tooltip in shown:
        assert tooltip["field"] in {*rows, *calculated} - {"role", "part", "speaks"}
    assert not CODES - {"labels", "teacher"} & texts_of(chart)


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("accuracy", {"Teacher 90.00\u00a0%", "Distilled 90.00\u00a0%", "Scratch 90.00\u00a0%"}),
        ("loss", {"Teacher 4", "Labels 1"}),
        ("layers", {"7  Teacher", "7  Distilled"}),
    ],
)
def test_names_are_written_out_in_the_drawing(name, words):
    assert words <= texts_of(drawn()[name][1])


@pytest.mark.parametrize("name", NAMES)
def test_every_word_of_a_chart_comes_in_the_readers_language(name, pseudo_language):
    chart = drawn()[name][1]
    for layer in vega_lite(chart)["layer"]:
        for tooltip in layer["encoding"].get("tooltip", ()):
            assert tooltip["title"] in ("T", mark(tooltip["title"][1:-1]))
    said = " ".join(unmarked(text) for text in texts_of(chart))
    for nobodys in ("Conv2D", "Dense"):  # what Keras calls its layers
        said = said.replace(nobodys, "")
    assert not any(letter.isalpha() for letter in said.replace("k", "").replace("M", ""))


@pytest.mark.parametrize(
    "name",
    ["l'élève", 'so "called"', "back\\slash", "</script>", "${datum}", "老师", "two\nlines", "{braces}"],
)
def test_a_name_may_have_any_character(name):
    rows = pd.DataFrame({"code": ["a", "b"]})
    text = alt.Chart().transform_calculate(words=in_words("datum.code", {"a": name}))
    chart = alt.layer(text.mark_text().encode(y="code:N", text="words:N"), data=rows)
    assert {" ".join(name.splitlines()), "b"} <= {" ".join(text.splitlines()) for text in texts_of(chart)}
