"""The form of a run on Train: its controls, presets, address, and settings that contradict each other."""

import re

import pytest

from kd.config import FIELDS, OFFERED, PRESETS, Preset, RunConfig
from kd.distillation.objectives import OBJECTIVES
from kd.networks.students import KINDS
from tests.pages.on_page import html_of, labelled, warnings_of

MODEL = PRESETS["many_images"].config.model_ids["distilled"]


def control(app, name):
    """The widget of a field."""
    return labelled(app)[FIELDS[name].label]


def groups(app):
    return re.findall('<h3 class="kd kd-group">(.*?)</h3>', html_of(app))


def test_every_field_has_a_control_with_its_label_and_help(open_page):
    shown = labelled(open_page("train", teacher="fresh"))
    for kind in KINDS:
        shown |= labelled(open_page("train", student=kind))
    shown |= labelled(open_page("train", labelled="100", shift="1"))
    for objective in OBJECTIVES:
        shown |= labelled(open_page("train", objective=objective))
    for spec in OFFERED.values():
        assert shown[spec.label].help.startswith(spec.help)
    for field, choices in {"objective": OBJECTIVES, "student": KINDS}.items():
        for choice in choices.values():
            assert f"**{choice.label}**: {choice.help}" in shown[FIELDS[field].label].help
    assert shown["Train"].help
    assert FIELDS["mistake"].label not in shown


def test_only_what_counts_is_shown_and_each_under_the_heading_of_its_group(open_page):
    app = open_page("train")
    assert groups(app) == ["Models and objective", "Data", "Training"]
    assert FIELDS["teacher_epochs"].label not in labelled(app)
    assert FIELDS["student_units"].label not in labelled(app)
    app = open_page("train", teacher="fresh", student="dense")
    assert groups(app) == ["Models and objective", "Data", "Fresh teacher", "Training"]
    assert control(app, "teacher_epochs").value == RunConfig().teacher_epochs
    assert FIELDS["student_width"].label not in labelled(app)


def test_what_makes_no_difference_at_this_alpha_rests(open_page):
    app = open_page("train", alpha="1")
    assert control(app, "temperature").disabled
    assert control(app, "temperature_squared").disabled
    assert control(app, "objective").disabled
    assert html_of(app).count("No effect at α = 1") == 2  # once beside T, once beside the objective
    app = open_page("train", objective="logit_matching")
    assert control(app, "temperature").disabled
    assert "No effect: “Logit matching” does without it." in html_of(app)
    assert not control(open_page("train"), "temperature").disabled


def test_choices_have_words_on_the_page_and_codes_in_the_address(open_page):
    app = open_page("train", student="linear")
    box = control(app, "student")
    assert (box.value, box.options) == ("linear", [kind.label for kind in KINDS.values()])
    box.set_value("dense").run()
    assert app.query_params["student"] == "dense"
    control(app, "student").set_value("convolutional").run()
    assert "student" not in app.query_params
    assert control(app, "teacher").options == ["Strong", "Notebook", "Fresh"]


def test_a_stored_model_in_the_address_is_among_the_teachers(open_page):
    app = open_page("train", teacher=MODEL)
    box = control(app, "teacher")
    assert (box.value, box.options[-1]) == (MODEL, f"Stored model {MODEL}")
    assert app.query_params["teacher"] == MODEL
    assert warnings_of(app) == []


def test_digits_are_chosen_one_by_one_and_stand_together_in_the_address(open_page):
    app = open_page("train", omitted_digits="873")
    assert control(app, "omitted_digits").value == ["3", "7", "8"]
    assert app.query_params["omitted_digits"] == "378"
    control(app, "omitted_digits").set_value(["9", "3"]).run()
    assert app.query_params["omitted_digits"] == "39"
    control(app, "omitted_digits").set_value([]).run()
    assert "omitted_digits" not in app.query_params
    app = open_page("train", omitted_digits="three")
    (sentence,) = warnings_of(app)
    assert sentence.endswith("“Digits left out” is left empty instead.")


def test_a_preset_moves_every_control(open_page):
    app = open_page("train")
    labelled(app)["Start from"].set_value("notebook").run()
    config = PRESETS["notebook"].config
    assert control(app, "temperature").value == config.temperature
    assert control(app, "temperature_squared").value is False
    assert control(app, "teacher").value == "notebook"
    assert control(app, "epochs").value == 3
    control(app, "epochs").set_value(4).run()
    assert labelled(app)["Start from"].value == "own"


def test_a_preset_may_set_any_field_and_the_address_says_so(open_page, monkeypatch):
    config = RunConfig(
        student="dense",
        student_units=128,
        omitted_digits="38",
        label_noise=0.4,
        labelled=200,
        teacher="fresh",
    )
    monkeypatch.setitem(PRESETS, "another", Preset("Another", "What it teaches.", config))
    app = open_page("train")
    labelled(app)["Start from"].set_value("another").run()
    assert labelled(app)["Start from"].value == "another"
    assert "What it teaches." in html_of(app) or "Still shown" in html_of(app)
    said = {name: app.query_params[name] for name in FIELDS if name in app.query_params}
    assert RunConfig.from_mapping(said) == config
    assert labelled(open_page("train", **said))["Start from"].value == "another"


def test_the_url_sets_the_controls(open_page):
    app = open_page("train", alpha="0.33", temperature="7.3", temperature_squared="false", seed="5")
    assert control(app, "alpha").value == 0.33
    assert control(app, "temperature").value == 7.3
    assert control(app, "temperature_squared").value is False
    assert control(app, "seed").value == 5


def test_the_address_of_a_run_says_all_and_stays_as_it_is(open_page):
    many = RunConfig(temperature=4.0, epochs=10, train_size=10_000)
    app = open_page("train", run=many.run_id)
    for drawn in (app, app.run()):  # opened, and redrawn
        found = {widget.key: widget.value for widget in labelled(drawn).values() if "value" in dir(widget)}
        assert {name: found[name] for name in ("temperature", "epochs", "train_size")} == {
            "temperature": 4.0,
            "epochs": 10,
            "train_size": 10_000,
        }
        assert not OFFERED.keys() & set(drawn.query_params)


@pytest.mark.parametrize(
    ("query", "field"),
    [({"labelled": "0"}, "labelled"), ({"omitted_digits": "0123456789"}, "omitted_digits")],
)
def test_settings_that_contradict_each_other_get_a_sentence_and_no_run(
    open_page, lab, monkeypatch, query, field
):
    monkeypatch.setattr(lab, "train", None)
    app = open_page("train", **query)
    assert f"“{FIELDS[field].label}” does not go with the other settings: {field} must be " in html_of(app)
    assert labelled(app)["Train"].disabled
    assert labelled(app)["Start from"].value == "own"
    if field == "labelled":
        control(app, "alpha").set_value(0.0).run()
    else:
        control(app, "omitted_digits").set_value(["3"]).run()
    assert not labelled(app)["Train"].disabled
    assert "does not go with" not in html_of(app)
