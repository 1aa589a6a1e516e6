"""A copied link says what every control of every page was set to: whoever opens it finds them so."""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qsl

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest, element_tree

from tests.browser_session import data_url
from tests.pages.on_page import Moving, errors_of, labelled, let_go, warnings_of
from ui.pictures.canvas import SIDE

# Addresses that draw every control of every page, and what stays there besides what they name.
PLACES = {
    "home": (),
    "train?as_i_move=false": (),
    "train?as_i_move=false&tab=errors": (),
    "train?as_i_move=false&tab=errors&errors=changes": (),
    "train?as_i_move=false&tab=errors&errors=changes&change=broken": (),
    "train?as_i_move=false&tab=errors&errors=alike": (),
    "train?as_i_move=false&tab=playback": (),
    "train?as_i_move=false&tab=inside": (),
    "draw?way=draw&view=targets&drawing_open=true": ("drawing",),  # the other part takes half a minute
    "draw?way=draw&view=pull&drawing_open=true&drawing=pixels": (),
    "draw?way=test&reading_open=true": (),
    "sweep?show=map": (),
    "sweep?show=repeats&cell=100,10&of=study": (),
    "sweep?show=repeats&of=run": (),
    "experiments": (),
    "experiments?experiment=wrong_labels": (),
    "experiments?experiment=never_saw_it": ("experiment_option_omitted_digits",),
    "experiments?experiment=how_many_images": (),
    "runs": (),
    "runs?by=temperature": (),
    "class": (),
    "class?plan=guess;digits": ("open_choice",),
}
# What follows all other controls, what words all of them, and what says which of them fit.
STAY = {"preset-0-default", "language", "data", "sweep_data"}
# Who one is, which class one joins, which of one's drawings; and what the browser itself writes down.
NOT_IN_A_LINK = {"join_name", "join_code", "drawings_number", "q"}
# What a link does not open: a menu, and what somebody draws.
STROKE = np.zeros((SIDE, SIDE), np.uint8)
STROKE[40:240, 130:150] = 255
GIVEN = {"sweep_form": True, "canvas_0": {"drawing": {"raw": {"objects": []}, "data": data_url(STROKE)}}}


class Chosen(str):
    """An option in the words of the page."""


@pytest.fixture(autouse=True)
def words_choose(monkeypatch):
    """Lets a test choose an option of a list by its words."""
    words_of = element_tree._format_value_for_widget

    def chosen(form, value):
        return value if isinstance(value, Chosen) else words_of(form, value)

    monkeypatch.setattr(element_tree, "_format_value_for_widget", chosen)


def controls(app: AppTest) -> dict[str, Any]:
    """All controls of a page by their keys, as in the address."""
    kinds = (app.selectbox, app.button_group, app.toggle, app.slider, app.select_slider, app.number_input)
    kinds += (app.text_input, app.multiselect, app.radio, app.checkbox, app.text_area)
    own = {each.spec["name"]: each for each in labelled(app).values() if isinstance(each, Moving)}
    return {each.key: each for kind in kinds for each in kind} | own


def another(control: Any) -> Any:
    """Another value than a control has; None where there is none."""
    value, spec = control.value, control.spec if isinstance(control, Moving) else {}
    if spec.get("kind") == "curve":
        return [spec["y"]["from"]] * len(spec["x"])
    if spec.get("kind") == "choice":
        offered = [option["code"] for option in spec["options"]]
    elif spec.get("kind") == "range":
        offered = spec["stops"] if spec["scale"] == "stops" else [spec["lowest"], spec["highest"]]
    elif hasattr(control, "min"):
        offered = [control.min, control.max]
    elif not spec and hasattr(control, "options"):
        values = value if isinstance(value, list) else [value]
        chosen = {control.format_func(each) for each in values if each is not None}
        others = [Chosen(each) for each in control.options if each not in chosen]
        return [*value, *others[:1]] if isinstance(value, list) else next(iter(others), None)
    else:
        return not value if isinstance(value, bool) else "12"
    return next(each for each in offered if each != value)


def move_all(app: AppTest, stay: set[str]) -> set[str]:
    """Sets all other controls of a page that can be moved to something else; returns their keys."""
    channels: dict[str, dict[str, Any]] = {}
    moved = set()
    for key, control in controls(app).items():
        value = None if key in stay else another(control)
        if isinstance(control, Moving):
            channels.setdefault(control.part["channel"], {})[control.spec["key"]] = value
        elif value is not None and not control.disabled:
            control.set_value(value)
        else:
            continue
        moved.add(key)
    for channel, values in channels.items():
        let_go(app, channel, **values)
    app.run()
    return moved


def test_what_another_run_has_not_gives_way_to_the_usual(open_page):
    place = {"tab": "errors", "errors": "changes"}
    app = open_page("train", {"page_fixed": 999}, **place)
    assert not errors_of(app)
    assert controls(app)["page_fixed"].value == 1


@pytest.mark.parametrize("place", PLACES)
def test_a_link_has_every_control_as_it_was_copied(open_page, place):
    page, _mark, written = place.partition("?")
    query = dict(parse_qsl(written))
    app = open_page(page, GIVEN, **query)
    usual = {key: control.value for key, control in controls(app).items()}
    moved = move_all(app, {*STAY, *query, *PLACES[place]})
    left = {key: control.value for key, control in controls(app).items() if key not in NOT_IN_A_LINK}
    assert not {key for key in moved & left.keys() if left[key] == usual[key]}
    there = open_page(page, GIVEN, **app.query_params)
    found = {key: control.value for key, control in controls(there).items()}
    assert {key: (value, found.get(key)) for key, value in left.items() if found.get(key) != value} == {}
    assert (warnings_of(there), errors_of(there)) == ([], [])
