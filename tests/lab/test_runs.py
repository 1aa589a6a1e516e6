"""Runs are named, tagged, annotated, kept and deleted, many at once, by those whose they are."""

import pytest

from kd.config import RunConfig
from kd.lab import Lab
from kd.lab.written import MOST_IN_NAME, MOST_IN_NOTE, MOST_IN_TAG, MOST_TAGS
from tests.stored_runs import save, save_ended
from tests.studies.fake_lab import BASE, PATIENCE, FakeLab

ADA, BOB = "ada", "bob"
SHIPPED = RunConfig().run_id


@pytest.fixture
def runs(lab):
    """Two of Ada's, one of Bob's and one of nobody's."""
    found = []
    for seed, person in enumerate((ADA, ADA, BOB, "")):
        config = RunConfig(seed=seed + 1)
        save(lab.store, config)
        found.append(save_ended(lab.store, config, "stopped", person=person))  # and is what it was before
    return found


def test_what_people_write_is_on_the_run_in_the_list_and_in_the_table(lab, runs):
    lab.runs.annotate(
        runs[0], name="  the\tbest ", tags=["low T", "low T", " ", "few\nimages"], note="\nwhy?\r\nbecause \n"
    )
    view = lab.runs.view(runs[0])
    assert (view.name, view.tags) == ("the best", ("low T", "few images"))
    assert (view.note, view.whose) == ("why?\nbecause", ADA)
    assert next(each for each in lab.runs if each.id == runs[0]).view() == view
    row = lab.runs.to_frame().set_index("run").loc[runs[0]]
    assert (row["name"], row["tags"], row["whose"]) == (view.name, view.tags, ADA)
    assert view.to_dict()["tags"] == ["low T", "few images"]
    lab.runs.annotate(runs[0], name="")
    lab.runs.annotate(runs, tags=["kept"])
    with Lab(lab.store.home) as again:
        assert again.runs.view(runs[0]).name == ""
        assert {run: again.runs.view(run).tags for run in runs} == dict.fromkeys(runs, ("kept",))
        assert [again.runs.view(run).whose for run in runs] == [ADA, ADA, BOB, ""]


REFUSED = [
    ("name", "x" * (MOST_IN_NAME + 1), "name must have at most 80 .*, got 81"),
    ("tags", ["x" * (MOST_IN_TAG + 1)], "tag must have at most 30 .*, got 31"),
    ("tags", map(str, range(MOST_TAGS + 1)), "at most 10 tags, got 11"),
    ("note", "x" * (MOST_IN_NOTE + 1), "note must have at most 2,000 .*, got 2,001"),
    ("name", "a\u202eb", "invisible characters"),
    ("tags", ["\ud800"], "invisible characters"),
    ("name", 5, "must be text, got 5"),
    ("tags", "low T", "must be a list of texts, got 'low T'"),
]


def test_the_longest_that_is_allowed_is_kept_and_what_is_longer_or_unfit_changes_nothing(lab, runs):
    name, tags = "x" * (MOST_IN_NAME - 3) + "👩\u200d🔬", [f"{number:>030}" for number in range(MOST_TAGS)]
    lab.runs.annotate(runs[0], name, tags, "y" * MOST_IN_NOTE)
    view = lab.runs.view(runs[0])
    assert (len(view.name), len(view.note), len(view.tags)) == (MOST_IN_NAME, MOST_IN_NOTE, MOST_TAGS)
    for what, value, said in REFUSED:
        with pytest.raises(ValueError, match=said):
            lab.runs.annotate(runs[0], **{what: value})
    assert lab.runs.view(runs[0]) == view


CHANGES = {
    "annotate": lambda lab, runs, person: lab.runs.annotate(runs, "mine", ["mine"], "mine", person),
    "keep": lambda lab, runs, person: lab.runs.pin(runs, True, person),
    "delete": lambda lab, runs, person: lab.runs.delete(runs, person),
}


@pytest.mark.parametrize("change", CHANGES)
def test_people_change_their_own_runs_and_nobodys_alone(lab, runs, change):
    before = lab.runs.views()
    for refused, said in ((runs[2], "is somebody else's"), (SHIPPED, "came with the app")):
        with pytest.raises(ValueError, match=f"Run {refused} {said}"):
            CHANGES[change](lab, [runs[0], refused], ADA)  # nor is the one that she may change
        assert lab.runs.views() is before
    CHANGES[change](lab, [runs[0], runs[3]], ADA)
    changed = {entry.run_id: entry for entry in lab.runs.views()}
    same = [entry.run_id for entry in before if changed.get(entry.run_id) is entry]
    assert {*same} == {entry.run_id for entry in before} - {runs[0], runs[3]}
    if change != "delete":
        CHANGES[change](lab, runs[2], None)  # a program of one's own may change whatever there is


def test_runs_that_are_deleted_together_are_named_together_and_those_that_are_gone_for_good(lab, runs):
    lab.runs.delete(runs[2], BOB)
    lab.runs.delete(runs[:2], ADA)
    assert [*lab.runs.deleted_last(ADA)] == runs[:2]
    assert [*lab.runs.deleted_last(BOB)] == [runs[2]]
    assert {*lab.runs.deleted_last()} == {*runs[:2]}
    assert not {*runs[:3]} & {view.run_id for view in lab.runs.views()}
    lab.store.runs.remove(runs[1])
    assert lab.runs.restore(runs[:3]) == [runs[1]]
    assert {runs[0], runs[2]} <= {view.run_id for view in lab.runs.views()}
    assert lab.runs.deleted_last(ADA) == {}


def test_a_run_that_is_asked_for_belongs_to_whoever_asked_first(lab, runs):
    lab.store.runs.unask_for(runs[3])
    lab.store.runs.ask_for(runs[3], person=BOB)
    lab.store.runs.ask_for(runs[3], person=ADA)
    assert lab.runs.view(runs[3]).whose == BOB
    lab.train(RunConfig(), ADA)
    assert lab.runs.view(SHIPPED).whose == ""


def test_a_run_that_its_only_person_moves_on_from_ends_and_is_not_listed(tmp_path):
    with FakeLab(tmp_path, seconds_an_epoch=0.2) as lab:
        run = lab.train(BASE, ADA)
        assert lab.train(BASE, BOB) == run
        run.let_go(ADA)
        assert run.view().active
        assert run in lab.runs
        run.let_go(BOB)
        assert run not in lab.runs
        with pytest.raises(ValueError, match="There is no run"):
            run.view()
        assert lab.train(BASE, ADA) in lab.runs
        run.stop()
        assert run.wait(PATIENCE).status == "stopped"
