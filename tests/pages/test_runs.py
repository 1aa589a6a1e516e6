"""Runs: the notebook lists, finds, names, keeps, deletes and brings back runs, by those whose they are."""

from __future__ import annotations

from urllib.parse import quote

import pytest

from kd.config import PRESETS, RunConfig
from kd.studies.study import Study
from kd.text.words import file_size
from tests.pages.on_page import html_of, warnings_of
from tests.store.test_upkeep import save
from tests.stored_runs import save_ended
from ui.runs.listing import found, listing
from ui.runs.search import TICKED
from ui.runs.table import COLUMNS, _note_ticks, _Shown

ME, SOMEBODY = "a" * 12, "b" * 12


MANY = PRESETS["many_images"].config


@pytest.fixture(autouse=True)
def me(monkeypatch):
    """The person who looks at the page."""
    for module in ("listing", "actions"):
        monkeypatch.setattr(f"ui.runs.{module}.person", lambda: ME)


@pytest.fixture
def own(lab):
    """A run that is nobody's in particular."""
    run_id = save(lab, 11)
    lab.upkeep._usage = None
    yield run_id
    lab.store.runs.remove(run_id)


@pytest.fixture
def another(lab):
    """A run of somebody else."""
    config = RunConfig(seed=14, temperature=4.0)
    run_id = save(lab, 14, temperature=4.0)
    claim = lab.store.runs.claim(run_id, config, person=SOMEBODY)
    lab.store.runs.end(run_id, claim, "stopped")  # so it keeps the result that it has
    yield run_id
    lab.store.runs.remove(run_id)


def buttons(app):
    return {button.key or button.label: button for button in app.button}


def table(app):
    return app.dataframe[0].value.set_index("run")


def ticked_with(run_ids):
    return {"ticked": ",".join(run_ids), "fold": "false"}


def test_each_run_is_a_line_or_together_with_those_that_differ_in_seed_alone(
    open_page, shipped, own, another
):
    together, found = (table(open_page("runs", fold=fold)) for fold in ("true", "false"))
    assert sorted(together["seeds"]) == [1, 1, 2]
    assert set(found["seeds"]) == {1}
    assert set(found.index) - set(together.index) == {RunConfig().run_id}  # in the line of the newer run
    line, compared = found.loc[shipped.run_id], shipped.result["comparison"]
    assert line["setting"] == "the default setting"
    assert line["gain"] == pytest.approx(100 * compared["difference"])
    assert line["interval"].startswith(f"+{100 * compared['low']:.1f} and ")
    assert (line["teacher"], line["whose"]) == ("strong teacher", "the app")
    assert found.loc[another, ["setting", "whose"]].tolist() == ["T 4 · seed 14", "somebody else"]
    assert found.loc[own, "whose"] == ""


def test_runs_are_found_by_text_by_a_setting_and_by_whose_they_are(open_page, lab, own, another):
    lab.runs.annotate(own, name="few <b>images</b>")
    listed = listing(lab.runs.views(), fold=False)
    names = {own: "own", another: "another", RunConfig().run_id: "default", MANY.run_id: "many"}
    for query, expected in (
        ({"words": "T 4 seed"}, {"another"}),
        ({"words": "10000"}, {"many"}),
        ({"words": RunConfig().run_id[:4]}, {"default"}),
        ({"words": RunConfig().run_id[1:]}, set()),  # ids count from their beginning
        ({"words": MANY.run_id[:2]}, set()),  # and not by letters that any might begin with
        ({"words": "few <b>images</b>"}, {"own"}),
        ({"by": "temperature", "values": ("4",)}, {"another", "many"}),
        ({"whose": "others"}, {"another"}),
        ({"whose": "app"}, {"default", "many"}),
        ({"whose": "mine"}, set()),
    ):
        assert {names[listed.lines[place].first.run_id] for place in found(listed, **query)} == expected
    app = open_page("runs", fold="false", q="seed", by="train_size", values="500", whose="others")
    assert set(table(app).index) == {another}
    app = open_page("runs", q="nothing has this")
    assert not app.dataframe
    assert any("No run matches" in each.value for each in app.markdown)


def test_several_runs_are_deleted_at_once_and_restored_as_far_as_their_space_was_not_needed(
    open_page, lab, own
):
    other = save(lab, 15)
    app = open_page("runs", **ticked_with([own, other]))
    assert "2 runs ticked" in html_of(app)
    buttons(app)["runs_delete"].click().run()
    assert not {own, other} & set(table(app).index)
    assert "Deleted: 2 runs" in html_of(app)
    assert not lab.store.runs.has(own)
    lab.store.runs.remove(other)
    buttons(app)["runs_undo"].click().run()
    assert own in table(app).index
    assert lab.runs.view(own).status == "finished"
    assert warnings_of(app) == ["This run cannot be brought back: its space was needed for others."]


def test_a_run_deleted_in_two_windows_is_deleted_once_and_the_second_window_says_so(open_page, lab, own):
    one, other = (open_page("runs", **ticked_with([own])) for _window in range(2))
    for window in (one, other):
        buttons(window)["runs_delete"].click().run()
        assert not window.exception
        assert not window.error
    assert not warnings_of(one)
    assert warnings_of(other) == ["This run has already been deleted: Undo brings it back."]
    for window in (one, other):
        buttons(window)["runs_undo"].click().run()
        assert not warnings_of(window)
        assert own in table(window).index


def test_a_run_is_kept_until_it_need_not_be(open_page, lab, own):
    app = open_page("runs", **ticked_with([own]))
    for label, pinned in (("Keep", True), ("Kept", False)):
        assert buttons(app)["runs_keep"].label == label
        buttons(app)["runs_keep"].click().run()
        assert lab.runs.view(own).pinned is pinned
        assert table(app).loc[own, "kept"] == ("yes" if pinned else "")


def describe(app, **written):
    for field in (*app.text_input, *app.text_area):
        if field.key in written:
            field.set_value(written[field.key])
    return next(button for button in app.button if button.label == "Save").click().run()


def test_what_is_written_about_a_run_is_shown_as_it_is_written_unless_it_is_too_long(open_page, lab, own):
    app = open_page("runs", **ticked_with([own]))
    describe(app, runs_name="x" * 81, runs_note="fine")
    assert warnings_of(app) == ["A run's name must have at most 80 characters, got 81."]
    assert (lab.runs.view(own).name, lab.runs.view(own).note) == ("", "")
    assert {field.key: field.value for field in app.text_input}["runs_name"] == "x" * 81  # to be shortened
    describe(app, runs_name="# the <b>best</b>", runs_tags="low T, :red[few]", runs_note="[why](http://x.y)?")
    line = table(app).loc[own]
    assert line["name"] == "# the <b>best</b>"
    assert list(line["tags"]) == ["low T", ":red[few]"]
    assert line["note"] == "[why](http://x.y)?"
    again = open_page("runs", **ticked_with([own]))
    assert {field.key: field.value for field in again.text_input}["runs_tags"] == "low T, :red[few]"


@pytest.mark.parametrize(
    ("whose", "said"), [("another", "Other people's runs"), ("shipped", "came with the app")]
)
def test_others_runs_can_be_opened_and_not_changed(open_page, request, shipped, another, own, whose, said):
    run_id = another if whose == "another" else shipped.run_id
    app = open_page("runs", **ticked_with([run_id]))
    for key in ("runs_keep", "runs_delete"):
        assert buttons(app)[key].disabled
        assert said in buttons(app)[key].help
    links = [(link.proto.page, link.proto.query_string) for link in app.get("page_link")]
    assert ("train", f"run={run_id}") in links
    both = open_page("runs", **ticked_with([run_id, own]))
    assert buttons(both)["runs_delete"].disabled


def test_a_column_appears_once_there_is_something_in_it_and_the_others_can_be_chosen(open_page, lab, own):
    def shown(app):
        return list(app.dataframe[0].proto.column_order)

    app = open_page("runs")
    assert not {"tags", "note"} & set(shown(app))
    assert {*COLUMNS} == {*app.dataframe[0].value}
    lab.runs.annotate(own, tags=["new"])
    app.run()
    assert "tags" in shown(app)
    lab.runs.annotate(own, tags=[])


def ticked_rows(app):
    return app.session_state["runs_table"]["selection"]["rows"]


def test_what_is_ticked_stays_ticked_wherever_a_search_puts_it(open_page, own, another):
    app = open_page("runs", **ticked_with([another]))
    place = table(app).index.get_loc(another)
    assert ticked_rows(app) == [place]
    find = next(field for field in app.text_input if field.key == "q")
    find.set_value("seed 14").run()
    assert (list(table(app).index), ticked_rows(app)) == ([another], [0])
    assert "1 of 4 rows" in html_of(app)
    find.set_value("seed 11").run()
    assert ticked_rows(app) == []
    assert "1 run ticked" in html_of(app)
    find.set_value("").run()
    assert ticked_rows(app) == [place]
    assert "of 4 rows" not in html_of(app)
    buttons(app)["runs_untick"].click().run()
    assert ticked_rows(app) == []


def test_an_address_with_very_many_ticks_names_so_many_that_it_can_be_opened_again():
    ids = [f"{number:012x}" for number in range(5_000)]
    assert TICKED.read(TICKED.write(ids)) == ids[:200]
    assert len(quote(TICKED.write(ids), safe="")) < 4_000


@pytest.mark.parametrize(
    ("seconds", "rows", "believed"),
    [(0.1, [1], False), (1.0, [0], False), (1.0, [1], True), (9.0, [0], True)],
    ids=["nobody has read the lines", "what was ticked before", "a tick", "a tick later"],
)
def test_ticks_that_were_meant_for_the_lines_before_count_for_nobody(monkeypatch, seconds, rows, believed):
    session = {
        "shown_runs": _Shown(["c" * 12, "d" * 12], [], since=100.0, before=[0]),
        "runs_table": {"selection": {"rows": rows}},
        "ticked": ["e" * 12],
    }
    monkeypatch.setattr("ui.runs.table.st.session_state", session)
    monkeypatch.setattr("ui.runs.table.time.monotonic", lambda: 100.0 + seconds)
    monkeypatch.setattr("ui.runs.table.address.keep", lambda *arguments: None)
    _note_ticks()
    assert session["ticked"] == ["e" * 12, *([["c", "d"][rows[0]] * 12] if believed else [])]


def test_the_page_says_why_a_run_failed_how_much_space_runs_take_and_which_studies_there_are(
    open_page, lab, monkeypatch
):
    run_id = save_ended(lab.store, RunConfig(seed=12), "failed", "disk full")
    study = Study(RunConfig(seed=31), {"temperature": [1.0, 4.0], "train_size": [200, 500]}, seeds=2)
    lab.store.studies.write(study, SOMEBODY)
    lab.store.studies.end(study.study_id, 0)
    monkeypatch.setattr(lab.store._database, "recovered", "Its *copy* has taken its place.")
    app = open_page("runs")
    assert (
        app.warning[0].value == r"Its \*copy\* has taken its place\."
    )  # what happened to a damaged database
    assert "The disk is full" in table(app).loc[run_id, "state"]
    assert f"Saved runs take {file_size(lab.upkeep.usage().used)} of 2 GB." in html_of(app)
    links = [(link.proto.query_string, link.proto.label) for link in app.get("page_link")]
    label = dict(links)[f"study={study.study_id}"]
    assert label.startswith("T and Training images: 0 of 8 runs, somebody else's, ")
    assert ("", "Training images and T: came with the app") in links
    lab.store.runs.remove(run_id)
