"""The form of a run on Train: its controls, presets, address, and settings that contradict each other."""

import re

from kd.config import FIELDS, OFFERED, PRESETS, Preset, RunConfig
from kd.distillation.objectives import OBJECTIVES
from kd.networks.students import KINDS
from tests.pages.on_page import control, html_of, labelled, warnings_of
from ui.train import controls

MODEL = PRESETS["many_images"].config.model_ids["distilled"]


def groups(app):
    return re.findall('<h3 class="kd kd-group">(.*?)</h3>', html_of(app))


def test_every_field_has_a_control_with_its_label_and_help(open_page):
    shown = labelled(open_page("train", labelled="100", shift="1", teacher="fresh"))
    for field, choices in {"objective": OBJECTIVES, "student": KINDS}.items():
        for code in choices:
            shown |= labelled(open_page("train", **{field: code}))
        for choice in choices.values():
            assert f"**{choice.label}**: {choice.help}" in shown[FIELDS[field].label].help
    for spec in OFFERED.values():
        assert shown[spec.label].help.startswith(spec.help)
    assert shown["Train"].help
    assert FIELDS["mistake"].label not in shown


def test_only_what_counts_is_shown_under_its_group_and_what_makes_no_difference_rests(open_page):
    app = open_page("train")
    assert groups(app) == ["Models and objective", "Data", "Training"]
    assert control(app, "teacher_epochs") is control(app, "student_units") is None
    assert not control(app, "temperature").disabled
    app = open_page("train", teacher="fresh", student="dense", objective="logit_matching")
    assert groups(app) == ["Models and objective", "Data", "Fresh teacher", "Training"]
    assert control(app, "teacher_epochs").value == RunConfig().teacher_epochs
    assert control(app, "student_width") is None
    assert control(app, "temperature").disabled == "No effect: “Logit matching” does without it."
    app = open_page("train", alpha="1")
    assert all(control(app, name).disabled for name in ("temperature", "temperature_squared", "objective"))
    assert "No effect at α = 1" in html_of(app)


def test_a_closed_drawer_says_what_is_not_as_usual_and_keeps_it(open_page):
    app = open_page("train", {controls.DRAWER: False}, objective="logit_matching", seed="7", epochs="40")
    assert not app.number_input
    assert "Not as usual: seed 7 · Logit matching" in html_of(app)
    control(app, "train_size").set_value(1_000).run()
    assert app.query_params["epochs"] in ("20", ["20"])  # they follow the images, which is usual
    assert "Not as usual: seed 7 · Logit matching" in html_of(app)
    app.session_state[controls.DRAWER] = True
    app.run()
    assert (control(app, "seed").value, control(app, "epochs").value) == (7, 20)
    assert "Not as usual" not in html_of(open_page("train"))


def test_choices_have_words_on_the_page_and_codes_in_the_address(open_page):
    app = open_page("train", student="linear", teacher=MODEL, omitted_digits="873")
    assert warnings_of(app) == []
    box = control(app, "student")
    assert (box.value, box.options) == ("linear", [kind.label for kind in KINDS.values()])
    box.set_value("dense").run()
    assert app.query_params["student"] == "dense"
    control(app, "student").set_value("convolutional").run()
    assert "student" not in app.query_params
    assert control(app, "teacher").value == app.query_params["teacher"] == MODEL
    assert control(app, "teacher").options == ["Strong", "Notebook", "Fresh", f"Stored model {MODEL}"]
    assert control(app, "omitted_digits").value == ["3", "7", "8"]
    assert app.query_params["omitted_digits"] == "378"
    control(app, "omitted_digits").set_value(["9", "3"]).run()
    assert app.query_params["omitted_digits"] == "39"
    control(app, "omitted_digits").set_value([]).run()
    assert "omitted_digits" not in app.query_params


def test_a_preset_may_set_any_field_and_the_address_says_so(open_page, monkeypatch):
    data = {"omitted_digits": "38", "label_noise": 0.4, "labelled": 200}
    config = RunConfig(student="dense", student_units=128, teacher="fresh", temperature_squared=False, **data)
    monkeypatch.setitem(PRESETS, "another", Preset("Another", "What it teaches.", config))
    app = open_page("train")
    labelled(app)["Start from"].set_value("another").run()
    assert labelled(app)["Start from"].value == "another"
    said = {name: app.query_params[name] for name in FIELDS if name in app.query_params}
    assert RunConfig.from_mapping(said) == config
    assert labelled(open_page("train", **said))["Start from"].value == "another"
    assert control(app, "temperature_squared").value is False
    control(app, "epochs").set_value(4).run()
    assert labelled(app)["Start from"].value == "own"


def test_the_address_of_a_run_says_all_and_stays_as_it_is(open_page):
    many = RunConfig(temperature=4.0, epochs=10, train_size=10_000)
    app = open_page("train", run=many.run_id)
    for drawn in (app, app.run()):  # opened, and redrawn
        for name in ("temperature", "epochs", "train_size"):
            assert control(drawn, name).value == getattr(many, name)
        assert not OFFERED.keys() & set(drawn.query_params)


def test_settings_that_contradict_each_other_get_a_sentence_until_one_is_moved(open_page):
    app = open_page("train", labelled="0")
    assert "“Images with labels” does not go with the other settings: labelled must be " in html_of(app)
    assert labelled(app)["Train"].disabled
    assert labelled(app)["Start from"].value == "own"
    control(app, "alpha").set_value(0.0).run()
    assert not labelled(app)["Train"].disabled
    assert "does not go with" not in html_of(app)
