"""A value in a page's address is read as the library reads it, or refused in a sentence."""

from __future__ import annotations

from types import SimpleNamespace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kd.config import FIELD_TYPES, FIELDS, OFFERED, Contradiction, RunConfig, to_bool
from tests.pages.on_page import html_of, labelled, warnings_of
from ui.shared import address

fuzzed = settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture])
ODD = ["1e-1", ".5", "0.123", "1_0", "1e1", "3.0", "٣", "15", " 64 ", "-0", "0", "1", "FALSE", "True",
       "FRESH", "nan", "", "7.3", "4.0000001", "1e3", "0x10", "notebook", "1,000", "+2"]  # fmt: skip

# They rest where they make no difference, or decide by themselves whether they do.
ALWAYS_SHOWN = ("temperature", "temperature_squared", "objective", "labelled")


def widget(app, key):
    return next(one for one in labelled(app).values() if one.key == key)


def assert_taken_or_refused(open_page, query):
    app = open_page("train", **query)
    assert not app.error
    expected, refused = RunConfig().to_dict(), 0
    for name, text in query.items():
        try:
            expected[name] = FIELDS[name].checked(name, text, FIELD_TYPES[name])
        except ValueError:
            refused += 1
            assert any(FIELDS[name].label in sentence for sentence in warnings_of(app))
    for name in query:
        counts = FIELDS[name].counts
        if counts is None or name in ALWAYS_SHOWN or counts(SimpleNamespace(**expected)):
            digits = FIELDS[name].digits
            assert widget(app, name).value == (list(expected[name]) if digits else expected[name])
    assert len(warnings_of(app)) == refused
    contradicts = False
    try:
        RunConfig(**expected)
    except Contradiction:
        contradicts = True
    assert ("does not go with the other settings" in html_of(app)) is contradicts
    assert labelled(app)["Train"].disabled is contradicts


@pytest.mark.parametrize("text", ODD)
def test_every_spelling_is_taken_or_refused_by_every_field(open_page, text):
    assert_taken_or_refused(open_page, {name: text for name in OFFERED if name != "teacher"})
    assert_taken_or_refused(open_page, {"teacher": text})


@fuzzed
@given(
    st.dictionaries(
        st.sampled_from(list(OFFERED)),
        st.one_of(st.sampled_from(ODD), st.floats().map(str), st.integers().map(str), st.text(max_size=9)),
        min_size=1,
    )
)
def test_any_address_is_taken_or_refused(open_page, query):
    assert_taken_or_refused(open_page, query)


@given(st.one_of(st.floats(allow_nan=False), st.integers(0, 2**53), st.booleans()))
def test_a_written_value_is_read_back_unchanged(value):
    read = to_bool if isinstance(value, bool) else float
    assert read(address.plain(value)) == value


@pytest.mark.parametrize(
    ("page", "name", "text", "value"),
    [
        ("dark_knowledge", "T", "1_0", 10.0),
        ("dark_knowledge", "T", " 4.3 ", 4.3),
        ("dark_knowledge", "picture", "٣", 3),
        ("dark_knowledge", "picture", "007", 7),
        ("dark_knowledge", "log", "1", True),
        ("draw", "soften", "2e0", 2.0),
    ],
)
def test_other_pages_accept_every_spelling_too(open_page, page, name, text, value):
    app = open_page(page, **{name: text}, **({"way": "test"} if page == "draw" else {}))
    assert app.session_state[name] == value
    assert not app.warning


@pytest.mark.parametrize(
    ("page", "name", "text", "sentence"),
    [
        (
            "train",
            "mistake",
            "same_network",
            "In the address of this page, 'mistake' is not a field of a run",
        ),
        ("dark_knowledge", "T", "nan", "T must be a number between 0.1 and 100, not “nan”. It is set to 4."),
        ("dark_knowledge", "log", "maybe", "log must be true or false, not “maybe”. It is off."),
        ("dark_knowledge", "picture", "-1", "There is no test picture “-1”"),
        ("dark_knowledge", "view", "![x](//example.org/p.png)", "no view “![x](//example.org/p.png)”"),
        ("draw", "soften", "9" * 3000, f"not “{'9' * 39}…”. It is set to 1."),
        ("draw", "way", "x" * 3000, f"There is no way “{'x' * 39}…” to a picture: use draw, test, "),
        ("draw", "run", "x" * 3000, f"There is no run “{'x' * 39}…” here"),
    ],
)
def test_a_refused_value_gets_a_sentence_and_leaves_the_address(open_page, page, name, text, sentence):
    app = open_page(page, **{name: text})
    (warning,) = warnings_of(app)
    assert sentence in warning
    assert app.query_params.get(name) not in (text, [text])


def test_the_last_of_a_repeated_parameter_counts(open_page):
    app = open_page("train", alpha=["0.2", "0.7"])
    assert widget(app, "alpha").value == 0.7
    assert not app.warning


def test_the_address_spells_values_as_widgets_do(open_page):
    app = open_page("train", temperature_squared="0", temperature="1_2", alpha="-0", epochs="40.0")
    assert app.query_params["temperature_squared"] in ("false", ["false"])
    assert app.query_params["temperature"] in ("12", ["12"])
    assert app.query_params["alpha"] in ("0", ["0"])
    assert "epochs" not in app.query_params  # the control shows this value anyway


@pytest.mark.parametrize("text", ["pull", "The pull on a student"])
def test_an_address_has_the_code_of_a_choice_and_an_old_one_with_words_is_read_too(open_page, text):
    app = open_page("dark_knowledge", view=text)
    assert not app.warning
    assert app.session_state["view"] == "pull"
    assert app.query_params["view"] in ("pull", ["pull"])


def test_a_choice_in_another_language_has_the_same_address(open_page, pseudo_language):
    app = open_page("dark_knowledge", view="pull")
    view = next(control for control in app.segmented_control if control.key == "view")
    assert view.options == ["⟦One picture⟧", "⟦The pull on a student⟧", "⟦All 10,000⟧"]
    view.select("⟦All 10,000⟧").run()
    assert app.session_state["view"] == "all"
    assert app.query_params["view"] in ("all", ["all"])
