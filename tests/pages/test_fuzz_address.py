"""Whatever an address or a browser sends, every page opens without a traceback."""

from __future__ import annotations

import ast
import base64

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from streamlit.testing.v1 import AppTest

from kd.config import FIELDS
from kd.studies.address import PARAMETERS
from tests import PROJECT
from ui.experiments.asked import parameters

PAGES = {
    "home": (),
    "train": ("run", "as_i_move", *FIELDS),
    "draw": ("run", "way", "picture", "soften"),
    "dark_knowledge": ("run", "view", "T", "picture", "log"),
    "sweep": PARAMETERS,
    "how_sure": (
        "run", "sure", "of", "of_images", "of_alpha", "of_T", "of_squared", "of_objective", "of_seeds",
        "of_order", "over",
    ),
    "experiments": parameters(),
    "runs": ("run", "q", "by", "values", "whose", "fold", "columns", "ticked", "pair"),
}  # fmt: skip
fuzzed = settings(max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture])
values = st.one_of(
    st.text(st.characters(exclude_categories=["Cs"]), max_size=30),
    st.integers(-(10**12), 10**12).map(str),
    st.floats().map(str),
    st.sampled_from(["", "nan", "inf", "-0", "1e999", "٣", "true", "../../etc/passwd", "<script>", "0" * 12]),
)


def opened(name: str, query: dict[str, str]) -> AppTest:
    app = AppTest.from_file(str(PROJECT / "app.py"), default_timeout=120)
    if name != "home":
        app.switch_page(f"pages/{name}.py")
    for key, value in query.items():
        app.query_params[key] = value
    return app.run()


def assert_sound(app: AppTest) -> None:
    assert not app.exception
    assert not app.error


@pytest.mark.parametrize("name", PAGES)
@fuzzed
@given(data=st.data())
def test_no_address_crashes_a_page(lab, name, data):
    names = st.sampled_from(PAGES[name]) if PAGES[name] else st.text("abc", min_size=1, max_size=3)
    assert_sound(opened(name, data.draw(st.dictionaries(names, values, max_size=len(PAGES[name]) or 1))))


def test_every_parameter_that_a_page_reads_is_fuzzed():
    bound = set()
    for path in [*PROJECT.glob("ui/**/*.py"), *PROJECT.glob("pages/*.py")]:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call):
                arguments = {keyword.arg: keyword.value for keyword in node.keywords}
                if "bind" in arguments and isinstance(arguments.get("key"), ast.Constant):
                    bound.add(arguments["key"].value)
    assert bound
    assert bound <= {name for names in PAGES.values() for name in names}


drawings = st.one_of(
    st.none(),
    st.integers(),
    st.text(max_size=20),
    st.fixed_dictionaries(
        {"raw": st.just({"objects": []}), "data": st.one_of(st.none(), st.text(max_size=40))}
    ),
    st.binary(max_size=60).map(
        lambda content: {"raw": {}, "data": "data:image/png;base64," + base64.b64encode(content).decode()}
    ),
)


@fuzzed
@given(drawing=drawings)
def test_the_page_survives_whatever_a_browser_sends_as_a_drawing(lab, drawing):
    app = opened("draw", {})
    app.session_state["canvas_0"] = {"drawing": drawing}
    app.run()
    assert not app.exception
