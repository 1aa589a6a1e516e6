"""A value in a page's address is read as the library reads it, or refused in a sentence; no page crashes."""

from __future__ import annotations

import base64
import time
from types import SimpleNamespace
from urllib.parse import parse_qsl

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from kd.base.data_sets import about
from kd.config import FIELD_TYPES, FIELDS, OFFERED, Contradiction, RunConfig, to_bool
from kd.studies.address import PARAMETERS
from kd.studies.experiments import EXPERIMENTS
from tests.pages.on_page import control, html_of, labelled, move, warnings_of
from ui.experiments.asked import parameters
from ui.shared import address

fuzzed = settings(max_examples=6, suppress_health_check=[HealthCheck.function_scoped_fixture])
EVERYWHERE = ("hide", "lock", "lang", "path", "step", "present")
# The settings of Train are in a test of their own.
PARTS = {
    "home": ("run", "soft", "guess", *EVERYWHERE),
    "train": (
        *("tab", "errors", "change", "page_fixed", "page_broken", "alike_cell", "T", "measure"),
        *("point", "playback_picture", "trail_against", "trail_study", "more_settings", *EVERYWHERE),
    ),
    "draw": (
        *("run", "way", "picture", "pen", "strip_of", "view", "T", "log", "meant", "pulled_student"),
        *("pull_alpha", "pull_squared", "drawing_open", "drawing", "for_7", "reading_open", "point"),
    ),
    "sweep": (*PARAMETERS, "run", "show", "cell", "of", "of_alpha", "of_squared", "of_seeds", "of_order"),
    "experiments": parameters(),
    "runs": ("run", "q", "by", "values", "whose", "fold", "ticked", "pair"),
    "class": ("code", "ticket", "via", "plan", "joining"),
}  # fmt: skip
ODD = ["1e-1", ".5", "0.123", "1_0", "1e1", "3.0", "٣", "15", " 64 ", "-0", "0", "1", "FALSE", "True",
       "FRESH", "nan", "", "7.3", "4.0000001", "1e3", "1e999", "0x10", "notebook", "1,000", "+2",
       "../../etc/passwd", "<script>", "0" * 12]  # fmt: skip
spellings = st.one_of(
    st.sampled_from(ODD),
    st.floats().map(str),
    st.integers(-(10**12), 10**12).map(str),
    st.text(st.characters(exclude_categories=["Cs"]), max_size=30),
)


PNG = "data:image/png;base64,"


@fuzzed
@given(st.dictionaries(st.sampled_from([*OFFERED, "run", "as_i_move", "mistake"]), spellings, min_size=4))
@example(dict(zip(OFFERED, ODD, strict=False)))
@example(dict(zip(OFFERED, reversed(ODD), strict=False)))
def test_train_takes_or_refuses_whatever_its_address_says(open_page, lab, query):
    app = open_page("train", **query)
    assert not app.error
    expected = RunConfig().to_dict()
    refused = ("mistake" in query) + (to_bool(query.get("as_i_move", "true")) is None)
    for name in OFFERED.keys() & query.keys():
        try:
            value = FIELDS[name].checked(name, query[name], FIELD_TYPES[name])
            expected[name] = about(value).id if name == "data" else value
        except ValueError:
            refused += 1
            assert any(FIELDS[name].label in sentence for sentence in warnings_of(app))
    for name in OFFERED.keys() & query.keys():
        spec = FIELDS[name]
        # others rest where they make no difference, or decide by themselves whether they do
        is_shown = name in ("temperature", "temperature_squared", "objective", "labelled")
        if spec.counts is None or is_shown or spec.counts(SimpleNamespace(**expected)):
            (widget,) = (one for one in labelled(app).values() if one.key == name)
            assert widget.value == (list(expected[name]) if spec.digits else expected[name])
    contradicts = opens = False
    try:
        named = RunConfig(**expected).run_id
        opens = bool(OFFERED.keys() & query.keys()) and lab.store.is_usable(named)
    except Contradiction:
        contradicts = True
    # a run that is missing is missed unless the setting beside it has one
    assert len(warnings_of(app)) == refused + ("run" in query and not opens)
    assert ("does not go with the other settings" in html_of(app)) is contradicts
    assert labelled(app)["Train"].disabled is contradicts


@pytest.mark.parametrize("name", PARTS)
@fuzzed
@given(data=st.data())
def test_no_address_crashes_a_page(open_page, name, data):
    names = PARTS[name]
    app = open_page(
        name, **data.draw(st.dictionaries(st.sampled_from(names), spellings, max_size=len(names)))
    )
    assert not app.error


@fuzzed
@given(
    st.one_of(
        st.none(),
        st.text(max_size=20),
        st.fixed_dictionaries({"raw": st.just({"objects": []}), "data": st.text(max_size=40)}),
        st.binary(max_size=60).map(
            lambda content: {"raw": {}, "data": PNG + base64.b64encode(content).decode()}
        ),
    )
)
def test_the_page_survives_whatever_a_browser_sends_as_a_drawing(open_page, drawing):
    open_page("draw", {"canvas_0": {"drawing": drawing}})


@given(st.one_of(st.floats(allow_nan=False), st.integers(0, 2**53), st.booleans()))
def test_a_written_value_is_read_back_unchanged(value):
    read = to_bool if isinstance(value, bool) else float
    assert read(address.plain(value)) == value


def test_every_spelling_is_taken_and_spelled_as_widgets_do(open_page):
    # the words of a choice, as in old addresses
    app = open_page("draw", T=["2", "1_0"], picture="٣", view="The pull on a student")
    assert not app.warning
    for name, value in {"T": 10.0, "picture": 3, "view": "pull"}.items():
        assert app.session_state[name] == value
        assert app.query_params[name] in (address.plain(value), [address.plain(value)])


def test_a_browser_that_has_not_heard_of_its_new_address_undoes_nothing_of_it(open_page, monkeypatch):
    app = open_page("train", tab="errors", errors="alike")
    before = dict(app.query_params)
    control(app, "temperature").set_value(20.0).run()
    app.query_params = dict(before)
    move(app, "look-alikes", T=5.0)
    assert [app.query_params[name] for name in ("temperature", "T")] in (["20", "5"], [["20"], ["5"]])
    app.query_params = dict(before)
    later = time.monotonic() + 2 * address.SECONDS_OF_AN_ECHO
    monkeypatch.setattr(address.time, "monotonic", lambda: later)
    app.run()  # by now it has heard: a link from the page to itself
    assert "temperature" not in app.query_params


# an address, and what is said of each part that is refused
REFUSED = {
    "home?soft=101": ["between 0.1 and 100"],
    "train?omitted_digits=three&as_i_move=maybe": [
        "“Digits left out” is left empty instead.",
        "as_i_move must be true or false, not “maybe”. It is on.",
    ],
    f"draw?way=test&T=nan&log=maybe&picture=10000&view=![x](//example.org)&run={'x' * 3000}": [
        "T must be a number between 0.1 and 100, not “nan”. It is set to 1.",
        "log must be true or false, not “maybe”. It is off.",
        "numbered from 0 to 9,999",
        "no view “![x](//example.org)”",
        f"There is no run “{'x' * 39}…” here",
    ],
    "train?tab=errors&errors=alike&alike_cell=4,4": [
        "There are no pictures of “4,4”: use numbers of two classes such as 4,9.",
    ],
    "train?tab=errors&errors=changes&change=kept&page_fixed=0": [
        "There is nothing called “kept” to look at: use fixed, broken.",
        "page_fixed must be a number between 1 and",
    ],
    "train?tab=playback&point=99&playback_picture=-1": [
        "point must be a number between 0 and 7, not “99”. It is set to 7.",
        "no test picture “-1”",
    ],
    "train?trail_against=<b>&trail_study=2": [
        "There is no setting “<b>” to plot runs by.",
        "trail_study must be true or false, not “2”. It is on.",
    ],
    "draw?pen=7": ["pen must be a number between 8 and 40, not “7”. It is set to 22."],
    "draw?way=test&strip_of=class%20x": ["There is no strip of “class x” here."],
    "sweep?cell=750,10&of_seeds=21&of_alpha=0.2&show=x": [
        "This study has no cell “750,10”: use values such as 100,1.",
        "of_seeds must be a number between 1 and 20, not “21”. It is set to 1.",
        "The study has no α of “0.2”: use 0, 0.1, 0.5, 0.9.",
        "There is no view “x”: use map, repeats.",
    ],
    "experiments?experiment=how_many_imagez": ["how_many_images"],
    "experiments?experiment=wrong_labels&seeds=many&seen=all&guess=5,4": [
        "There is nothing called “all” to look at: use run, included.",
        "seeds must be a whole number between 1 and",
        "There is no guess '5,4' here: choose of nothing",
    ],
    "experiments?experiment=never_saw_it&bias=so": ["bias must be a number"],
    "experiments?experiment=how_many_images&guess=1,2": ["A guess here is 6 numbers with commas between"],
    "runs?ticked=../../etc&whose=mine!": [
        "ticked must list ids of runs, not “../../etc”.",
        "whose must be one of all, mine, others, app, not “mine!”.",
    ],
}
# what these addresses name that there is
MEANT = {*EXPERIMENTS, "errors", "alike", "changes", "playback", "test"}


@pytest.mark.parametrize("written", REFUSED, ids=lambda written: written[:40])
def test_what_an_address_cannot_mean_is_named_in_a_sentence_and_nothing_starts(open_page, lab, written):
    before = [each.study_id for each in lab.studies.views()]
    page, _, query = written.partition("?")
    app = open_page(page, **dict(parse_qsl(query)))
    said = warnings_of(app)
    assert len(said) == len(REFUSED[written])
    assert all(any(sentence in each for each in said) for sentence in REFUSED[written])
    for name, text in parse_qsl(query):
        assert app.query_params.get(name) not in (text, [text]) or text in MEANT
    assert not app.error
    assert [each.study_id for each in lab.studies.views()] == before


def test_a_choice_in_another_language_has_the_same_address(open_page, pseudo_language):
    app = open_page("draw", view="pull")
    view = next(control for control in app.segmented_control if control.key == "view")
    assert view.options == ["⟦Answers⟧", "⟦Soft targets⟧", "⟦The pull on a student⟧"]
    view.select("⟦Soft targets⟧").run()
    assert app.session_state["view"] == "targets"
    assert app.query_params["view"] in ("targets", ["targets"])
