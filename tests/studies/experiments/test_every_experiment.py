"""What holds for every experiment there is: it is whole, and what it says follows from its numbers."""

import math
import re

import pandas as pd
import pytest

from data.make_experiments import written
from kd.config import FIELDS
from kd.studies.address import address_of
from kd.studies.experiments import EXPERIMENTS, following
from kd.studies.experiments.rows import columns, has_shipped, points, shipped_rows, varied
from kd.studies.measures import measure, value, with_gains
from kd.text.experiment_words import saying
from tests.studies.experiments import made_up

every_experiment = pytest.mark.parametrize("experiment", EXPERIMENTS.values(), ids=list(EXPERIMENTS))


@every_experiment
def test_it_is_whole(experiment):
    assert EXPERIMENTS[experiment.name] is experiment
    assert experiment.paper.url.startswith("https://")
    assert len({each.name for each in following(experiment.name)} - {experiment.name}) == 3
    assert experiment.outcomes[experiment.headline].above
    for name in experiment.measured.values():
        measure(name)
    for outcome in experiment.outcomes.values():
        for sentence in (outcome.above, outcome.below, outcome.neither):
            assert {*re.findall(r"\{(\w*)", sentence)} <= {"value", "interval", *outcome.names}
        assert all("{value}" in sentence for sentence in (outcome.above, outcome.below) if sentence)
    for claim in experiment.claims:
        assert claim.measured in experiment.outcomes
        assert claim.expected.low < claim.expected.high
    for name, option in experiment.options.items():
        assert experiment.choose(**{name: option.default}).stages(1) == experiment.stages(1)
        assert bool(option.moves) == bool(option.explores)
        assert not option.moves or option.default in option.moves
        wrong = "x" if name not in FIELDS or not FIELDS[name].choices else "no such"
        with pytest.raises(ValueError, match=name):
            experiment.choose(**{name: wrong})
    # the answers to guess from leave nothing out and exclude each other
    guess = experiment.guess
    if guess.drawn:
        assert guess.drawn in experiment.chart.y
        assert guess.tolerance > 0
        return
    assert guess.measured in experiment.outcomes
    limits = sorted((choice.expected.low, choice.expected.high) for choice in guess.choices.values())
    assert (limits[0][0], limits[-1][1]) == (-math.inf, math.inf)
    assert [low for low, _high in limits[1:]] == [high for _low, high in limits[:-1]]


@every_experiment
def test_its_studies_have_the_same_columns_and_the_long_training_is_the_short_one_but_for_its_length(
    experiment,
):
    stages = [part.labels["length"] for stage in experiment.stages(1) for part in stage]
    assert [*dict.fromkeys(stages)] == [*experiment.lengths]
    runs = [
        ({**cell, **part.labels, "seed": config.seed}, config)
        for part in experiment.parts(2)
        for cell, config in part.study.runs()
    ]
    table = pd.DataFrame([labels for labels, _config in runs])
    assert set(table) == {*varied(experiment), "seed"}
    assert not table.isna().any(axis=None)
    assert not table.duplicated().any()
    assert len(experiment.runs(2)) == len(runs)
    assert set(table["seed"]) == {0, 1}
    by_length = {
        length: [each for each in runs if each[0]["length"] == length] for length in experiment.lengths
    }
    for (one, short), (other, long) in zip(by_length["short"], [*by_length.values()][-1], strict=True):
        assert {**one, "length": ""} == {**other, "length": ""}
        assert long.epochs == experiment.lengths[stages[-1]] * short.epochs
    if experiment.sweep is not None:
        assert address_of(experiment.sweep).startswith("sweep?")


@every_experiment
def test_its_chart_shows_its_rows_and_its_sentences_follow_from_them(experiment):
    rows, chart = made_up.rows(experiment), experiment.chart
    shown = points(rows, experiment)
    places = rows[["length", chart.x, *filter(None, [chart.series])]].drop_duplicates()
    assert len(shown) == len(chart.y) * len(places)
    assert (shown["seeds"] == 5).all() or chart.x in experiment.measured
    assert set(shown["measure"]) == set(chart.y)
    assert shown["series"].notna().all() == bool(chart.series) == bool(chart.series_label)
    assert set(chart.names) <= {str(each) for name in (chart.x, chart.series) if name for each in rows[name]}
    assert len({value(name).unit for name in chart.y}) == 1, "one axis has one unit"
    for findings in experiment.findings(rows).values():
        for code, outcome in experiment.outcomes.items():
            assert findings[code].seeds == 5
            said = saying(outcome, findings[code])
            assert re.search(r"\d", said) if outcome.above else said == ""
    for findings in experiment.findings(rows.head(0)).values():  # before a run has finished
        assert not any(found.seeds or found.is_known for found in findings.values())
        assert not any(saying(outcome, findings[code]) for code, outcome in experiment.outcomes.items())


@pytest.mark.parametrize("name", [name for name in EXPERIMENTS if has_shipped(name)])
def test_its_results_that_come_with_the_project_are_those_of_its_studies(name):
    experiment, rows = EXPERIMENTS[name], shipped_rows(name)
    seeds = rows["seed"].nunique()
    assert seeds >= 5
    own = made_up.cells(experiment, seeds)
    own = own[own["length"].isin(rows["length"])]
    pd.testing.assert_frame_equal(rows[[*own]], own, check_dtype=False)
    assert written(experiment.name, rows) == written(experiment.name, with_gains(rows[columns(experiment)]))
