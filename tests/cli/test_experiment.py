"""`python -m kd experiment`: the list, what is refused, and one that is carried out."""

import json

import pytest

from kd.__main__ import main
from kd.cli import experiment
from kd.studies.experiments import EXPERIMENTS
from tests.studies.fake_lab import FakeLab

TINY = {"tiny": "tests.studies.experiments.tiny"}


@pytest.fixture(autouse=True)
def a_home_with_a_tiny_one(tmp_path, monkeypatch):
    monkeypatch.setenv("KD_HOME", str(tmp_path))
    monkeypatch.setenv("KD_WORKERS", "1")
    monkeypatch.setattr(EXPERIMENTS, "_files", {**EXPERIMENTS._files, **TINY})


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["how_many_image"], "There is no experiment 'how_many_image': did you mean how_many_images?"),
        (["how_small", "--seeds", "x"], "seeds must be a whole number between 1 and 1,000, got 'x'."),
        (["never_saw_it", "--set", "bias=much"], "bias must be a number between -30 and 30, got 'much'."),
        (["never_saw_it", "--set", "omitted_digits="],
         "omitted_digits must have at least one digit here, such as 3."),
        (["never_saw_it", "--set", "alpha=1"], "The experiment never_saw_it has no option 'alpha'"),
        (["never_saw_it", "--set", "bias"], "Argument --set: must be OPTION=VALUE, got 'bias'."),
        (["tiny", "--length", "long"], "The experiment tiny has no length 'long': use short."),
        (["tiny", "--guess", "lots"], "There is no guess 'lots' here: choose of less, as much, more."),
    ],
)  # fmt: skip
def test_bad_input_gets_one_sentence_and_exit_code_2(arguments, sentence, capsys):
    assert main(["experiment", *arguments]) == 2
    said = capsys.readouterr().err
    assert sentence in said
    assert "Traceback" not in said


def test_every_experiment_is_listed_and_takes_minutes_at_most_on_two_cores(capsys, monkeypatch):
    monkeypatch.setenv("KD_WORKERS", "2")
    assert main(["experiment", "--json"]) == 0
    listed = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [each["name"] for each in listed] == list(EXPERIMENTS)
    for each in listed:
        assert set(each) == {"name", "kind", "question", "seeds", "seconds"}
        assert 0 < each["seconds"] < 400
    assert main(["experiment"]) == 0
    shown = capsys.readouterr().out
    assert all(name in shown for name in EXPERIMENTS)


def test_one_is_carried_out_and_ends_with_its_verdicts(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(experiment, "Lab", lambda: FakeLab(tmp_path))
    assert main(["experiment", "tiny", "--guess", "more"]) == 0
    said = capsys.readouterr().out
    assert said.startswith("Is it over soon?\n")
    assert "You guessed “more”" in said
    assert "Nobody 2000: It helps.\nsection 1; +1 point\nAfter 10 steps: " in said
    assert main(["experiment", "tiny", "--json", "--guess", "more"]) == 0
    events = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert (events[0]["event"], events[0]["done"], events[0]["runs"]) == ("progress", 6, 6)  # stored
    by_event = {event["event"]: event for event in events}
    assert by_event["end"] == {"event": "end", "experiment": "tiny", "status": "finished", "seeds": 2}
    assert (by_event["claim"]["length"], by_event["claim"]["steps"]) == ("short", [10, 10])
    assert by_event["claim"]["above"] == 0
    assert by_event["claim"]["below"] is None
    assert by_event["finding"]["seeds"] == 2
    assert by_event["guess"]["verdict"] == "not judged yet"
    points = [event for event in events if event["event"] == "point"]
    assert {(point["x"], point["series"], point["measure"]) for point in points} == {
        (0.1, 1, "distilled_right"), (0.5, 1, "distilled_right"), (0.1, 2, "distilled_right"),
        (0.1, 1, "agreement"), (0.5, 1, "agreement"), (0.1, 2, "agreement"),
    }  # fmt: skip
