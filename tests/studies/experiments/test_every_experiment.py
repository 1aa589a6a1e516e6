"""What holds for every experiment there is: it is whole, and what it says follows from its numbers."""

from __future__ import annotations

import math
import re
import string

import pandas as pd
import pytest

from kd.config import FIELDS
from kd.studies.address import address_of
from kd.studies.experiments import EXPERIMENTS
from kd.studies.experiments.experiment import LENGTHS
from kd.studies.experiments.judging import AGREES, DISAGREES, Finding, judged
from kd.studies.experiments.rows import columns, has_shipped, points, shipped_rows, varied, written
from kd.studies.measures import measure, value, with_gains
from kd.text.experiment_words import claim_words, saying
from tests.studies.experiments import made_up

every_experiment = pytest.mark.parametrize("experiment", EXPERIMENTS.values(), ids=list(EXPERIMENTS))


def codes(experiment) -> set[str]:
    """Of all its findings."""
    return {*experiment.labels, *(says.measured for says in experiment.says)}


def names_in(text: str) -> set[str]:
    return {name for _text, name, _spec, _conversion in string.Formatter().parse(text) if name}


@every_experiment
def test_it_names_what_it_has(experiment):
    assert EXPERIMENTS[experiment.name] is experiment
    assert experiment.paper.url.startswith("https://")
    named = {each.measured for each in (*experiment.claims, *experiment.says)}
    if experiment.guess.choices:
        named.add(experiment.guess.measured)
    assert named <= codes(experiment)
    assert all(experiment.label(code) for code in codes(experiment))
    assert set(experiment.next) <= set(EXPERIMENTS) - {experiment.name}
    for name in experiment.measured.values():
        measure(name)
    for says in experiment.says:
        for sentence in (says.above, says.below, says.neither):
            assert names_in(sentence) <= {"value", "interval", *says.names}
        assert "{value}" in says.above
        assert "{value}" in says.below


@every_experiment
def test_the_answers_to_guess_from_leave_nothing_out_and_exclude_each_other(experiment):
    guess = experiment.guess
    assert bool(guess.choices) != bool(guess.drawn)
    if guess.drawn:
        assert guess.drawn in experiment.chart.y
        assert guess.tolerance > 0
        return
    limits = sorted((choice.expected.low, choice.expected.high) for choice in guess.choices.values())
    assert limits[0][0] == -math.inf
    assert limits[-1][1] == math.inf
    assert [low for low, _high in limits[1:]] == [high for _low, high in limits[:-1]]


@every_experiment
def test_its_studies_have_the_same_columns_and_each_run_a_place_of_its_own(experiment):
    cells = [
        {**cell, **part.labels, "seed": config.seed}
        for part in experiment.parts(2)
        for cell, config in part.study.runs()
    ]
    table = pd.DataFrame(cells)
    assert set(table) == {*varied(experiment), "seed"}
    assert "length" in table
    assert not table.isna().any(axis=None)
    assert not table.duplicated().any()
    assert len(experiment.runs(2)) == len(cells)
    assert set(table["seed"]) == {0, 1}
    if experiment.sweep is not None:
        assert address_of(experiment.sweep).startswith("sweep?")


@every_experiment
def test_its_chart_shows_its_rows(experiment):
    rows, chart = made_up.rows(experiment), experiment.chart
    shown = points(rows, experiment)
    assert (shown["seeds"] == 5).all() or chart.x in experiment.measured
    assert set(shown["measure"]) == set(chart.y)
    assert shown["series"].notna().all() == bool(chart.series)
    assert bool(chart.series) == bool(chart.series_label)
    for name in chart.y:
        assert value(name).label
    assert len({value(name).unit for name in chart.y}) == 1, "one axis has one unit"


@every_experiment
def test_nothing_is_known_before_a_run_has_finished(experiment):
    by_length = experiment.findings(made_up.rows(experiment).head(0))
    assert set(by_length) == set(experiment.lengths)
    for findings in by_length.values():
        assert set(findings) == codes(experiment)
        for found in findings.values():
            assert found.seeds == 0
            assert not found.is_known
        for says in experiment.says:
            assert saying(says, findings[says.measured], "it") == ""


@every_experiment
def test_what_it_says_follows_from_its_numbers(experiment):
    """Other rows, other words: and each sentence has the finding's own numbers in it."""
    said = []
    for number in range(2):
        for findings in experiment.findings(made_up.rows(experiment, number=number)).values():
            assert set(findings) == codes(experiment)
            assert all(found.seeds == 5 for found in findings.values())
            said.append([saying(each, findings[each.measured], "it") for each in experiment.says])
    for sentences in zip(*said, strict=True):  # at each length, of each of the two
        assert len(set(sentences)) == len(sentences)
        assert all(re.search(r"\d", sentence) for sentence in sentences)


@every_experiment
def test_the_long_training_is_the_short_one_but_for_its_length(experiment):
    """And it is all there: as many runs with the same labels, none of them in an earlier stage."""
    stages = experiment.stages(1)
    order = [part.labels["length"] for stage in stages for part in stage]
    assert order == sorted(order, key=LENGTHS.index)
    assert set(order) == set(experiment.lengths)
    cells = {
        length: [
            ({**part.labels, **cell, "length": ""}, config)
            for part in experiment.parts(1)
            if part.labels["length"] == length
            for cell, config in part.study.runs()
        ]
        for length in experiment.lengths
    }
    for (one, short), (other, long) in zip(
        *(cells[length] for length in (LENGTHS[0], order[-1])), strict=True
    ):
        assert one == other
        assert long.epochs == experiment.lengths[order[-1]] * short.epochs


@every_experiment
def test_each_sentence_has_a_side_for_each_way_it_can_come_out(experiment):
    for says in experiment.says:
        unit, at = "points", says.at
        sides = [(at + 1, at + 3), (at - 3, at - 1), (at - 1, at + 1)]
        sentences = [
            saying(says, Finding((low + high) / 2, low, high, 0.1, 5, unit), "it") for low, high in sides
        ]
        assert len(set(sentences)) >= len({says.above, says.below, says.neither})
        assert all("{" not in sentence for sentence in sentences)


@every_experiment
def test_whether_a_claim_holds_follows_from_its_numbers(experiment):
    for claim in experiment.claims:
        low, high = claim.expected.low, claim.expected.high
        near = low if math.isfinite(low) else high - 1
        inside = (near + high) / 2 if math.isfinite(high) else near + 1
        outside = near - 1 if math.isfinite(low) else high + 1
        words = []
        for middle, verdict in ((inside, AGREES), (outside, DISAGREES)):
            found = Finding(middle, middle - 0.01, middle + 0.01, 0.1, 5)
            assert judged(found, claim.expected) == verdict
            words.append(claim_words(found, verdict, experiment.differs))
        assert experiment.differs in words[1]
        assert experiment.differs not in words[0]


@pytest.mark.parametrize("name", [name for name in EXPERIMENTS if has_shipped(name)])
def test_its_results_that_come_with_the_project_are_those_of_its_studies(name):
    experiment, rows = EXPERIMENTS[name], shipped_rows(name)
    seeds = rows["seed"].nunique()
    assert seeds >= 5
    own = made_up.rows(experiment, seeds)
    cells = [*varied(experiment), "seed"]
    own = own[own["length"].isin(rows["length"])]
    pd.testing.assert_frame_equal(rows[cells], own[cells], check_dtype=False)
    findings = experiment.findings(rows)
    assert all(found.seeds == seeds for length in set(own["length"]) for found in findings[length].values())
    assert written(experiment.name, rows) == written(experiment.name, with_gains(rows[columns(experiment)]))


@every_experiment
def test_its_options_are_checked_like_fields(experiment):
    for name, option in experiment.options.items():
        assert experiment.choose(**{name: option.default}).stages(1) == experiment.stages(1)
        wrong = "x" if name not in FIELDS or not FIELDS[name].choices else "no such"
        with pytest.raises(ValueError, match=name):
            experiment.choose(**{name: wrong})
