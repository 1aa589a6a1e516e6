"""The command that repeats a run or a study: the parser makes of it what it was made of."""

from __future__ import annotations

import shlex
from typing import Any

import pytest
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st

from kd.cli.parser import parse
from kd.config import FIELD_TYPES, FIELDS, OFFERED, PRESETS, RunConfig
from kd.studies.address import sweep_command, train_command
from kd.studies.experiments import EXPERIMENTS, MISTAKES
from kd.studies.study import Study

STORED = "0123456789ab"
# at α = 0, the preset's own, attention would be refused
CONTRADICTING = PRESETS["unseen_digit"].config.replace(alpha=0.1, objective="attention")
ODD = RunConfig(omitted_digits="", alpha=1 / 3, seed=2**31 - 1, teacher=STORED, temperature_squared=False)


def values(name: str) -> st.SearchStrategy[Any]:
    """Whatever a field allows."""
    spec = FIELDS[name]
    if spec.digits:
        return st.text("0123456789", max_size=3)
    if spec.choices:
        return st.sampled_from([*spec.choices, *([STORED] if spec.stored else [])])
    if spec.minimum is None:
        return st.booleans()
    number = st.integers if FIELD_TYPES[name] is int else st.floats
    return number(FIELD_TYPES[name](spec.minimum), FIELD_TYPES[name](spec.maximum))


@st.composite
def configs(draw) -> RunConfig:
    """A preset with some fields, or all, changed."""
    preset = draw(st.sampled_from(list(PRESETS.values())))
    changes = draw(st.fixed_dictionaries({}, optional={name: values(name) for name in OFFERED}))
    try:
        return preset.config.replace(**changes)
    except ValueError:
        assume(False)


@st.composite
def studies(draw) -> Study:
    base = draw(configs())
    names = draw(
        st.lists(st.sampled_from([name for name in OFFERED if name != "seed"]), max_size=3, unique=True)
    )
    axes = {name: draw(st.lists(values(name), min_size=1, max_size=3)) for name in names}
    seeds = draw(st.integers(1, 5))
    try:
        study = Study(base.replace(seed=min(base.seed, 1_000)), axes, seeds)
        if draw(st.booleans()) and study.size > seeds:
            return Study(study.base, axes, seeds, draw(st.sampled_from(list(study.cells()))))
        return study
    except ValueError:
        assume(False)


def asked(command: str, monkeypatch) -> Any:
    """What a command would begin, typed into a shell."""
    found: list[Any] = []
    python, flag, module, *words = shlex.split(command)
    assert (python, flag, module) == ("python", "-m", "kd")
    for name in ("train", "sweep"):
        monkeypatch.setattr(f"kd.cli.{name}.{name}", lambda what, *_: found.append(what) or 0)
    carry_out, options = parse(words)
    assert carry_out(options) == 0
    return found[0]


@pytest.fixture(scope="module")
def patch():
    with pytest.MonkeyPatch.context() as patch:
        yield patch


@settings(max_examples=50)
@given(config=configs())
@example(ODD)
@example(PRESETS["unseen_digit"].config.replace(omitted_digits=""))
def test_the_command_of_a_run_asks_for_the_run(patch, config):
    assert asked(train_command(config), patch) == config


@settings(max_examples=50)
@given(study=studies())
@example(Study(ODD.replace(seed=7), {"omitted_digits": ["", "3"]}, 2, {"omitted_digits": ""}))
@example(Study(RunConfig(objective="attention"), {"alpha": [0.1, 0.5], "epochs": [5]}, 2))
@example(Study(CONTRADICTING, {"alpha": [0.1, 0.5]}, 2))
def test_the_command_of_a_study_asks_for_the_study(patch, study):
    found = asked(sweep_command(study), patch)
    assert [config for _cell, config in found.runs()] == [config for _cell, config in study.runs()]
    varied = {name: values for name, values in study.axes.items() if len(values) > 1}
    assert (found.axes, list(found.axes), found.seeds) == (varied, list(varied), study.seeds)
    if study.baseline == "scratch":
        assert found.baseline == "scratch"
    else:
        assert found.baseline == {name: study.baseline[name] for name in varied}
    if varied == study.axes:
        assert (found, found.study_id) == (study, study.study_id)


def test_what_no_flag_sets_and_a_mistake_are_repeated_by_their_experiment():
    for name in ("born_alike", "two_teachers", "which_way_round", *MISTAKES):
        run = EXPERIMENTS[name].runs(3)[-1]
        assert train_command(run) == f"python -m kd experiment {name} --seeds 3"
        if name in MISTAKES:
            *_others, part = EXPERIMENTS[name].parts(3)
            assert sweep_command(part.study) == train_command(run)
