"""What a page gives along: the command that repeats it, and its numbers."""

import io

import pandas as pd
from streamlit.testing.v1 import AppTest

from kd.config import PRESETS, RunConfig
from kd.lab.comparison import Line
from kd.runs.state import RunView
from kd.studies.address import sweep_command, train_command
from kd.studies.study import Study
from tests import PROJECT
from tests.stored_runs import save_copy, save_study
from ui.runs.actions import commands_of
from ui.shared.take_along import numbers_along

OTHER = PRESETS["many_images"].config.run_id


def labels(app: AppTest) -> list[str]:
    """The buttons that save something."""
    return [button.label for button in app.get("download_button")]


def test_train_shows_the_command_of_the_run_on_the_screen(open_page, lab):
    page = open_page("train", run=OTHER)
    config = lab.runs.view(OTHER).config
    assert config != RunConfig()
    assert [block.value for block in page.code] == [train_command(config)]


def test_the_buttons_give_the_same_table_and_a_dictionary_of_its_columns(lab, monkeypatch):
    given = {}

    def button(label, content, file_name, **_others):
        given[file_name] = content()

    monkeypatch.setattr("streamlit.download_button", button)
    numbers_along("runs", lambda: lab.numbers([RunConfig().run_id, OTHER]))
    assert list(given) == ["runs.csv", "runs.parquet", "runs-columns.csv"]
    table = pd.read_csv(io.BytesIO(given["runs.csv"]))
    typed = pd.read_parquet(io.BytesIO(given["runs.parquet"]))
    assert list(table.columns) == list(typed.columns)
    numbers = lab.numbers([RunConfig().run_id, OTHER])["accuracy"]
    assert list(table["accuracy"]) == list(typed["accuracy"]) == list(numbers)
    assert list(pd.read_csv(io.BytesIO(given["runs-columns.csv"]))["column"]) == list(table.columns)


def test_sweep_gives_its_numbers_and_the_command_of_a_study(open_page, lab):
    study = Study(RunConfig(epochs=13), {"alpha": (0.1, 0.5)}, seeds=2, baseline={"alpha": 0.5})
    page = open_page("sweep", study=save_study(lab, study))
    assert [block.value for block in page.code] == [sweep_command(study)]
    assert labels(page) == ["CSV", "Parquet", "What the columns mean"]
    page = open_page("sweep")
    (command,) = page.code
    assert command.value == "python data/make_default_study.py"
    assert (PROJECT / command.value.partition(" ")[2]).is_file()
    assert labels(page) == ["CSV", "Parquet", "What the columns mean"]


def test_runs_gives_the_numbers_and_the_commands_of_the_ticked_ones(open_page, lab):
    setting, other = RunConfig(epochs=17, seed=3), RunConfig(epochs=17, seed=9, alpha=0.4)
    several = Study(setting, {}, seeds=2)
    for _cell, config in [*several.runs(), ({}, other)]:
        save_copy(lab.store, RunConfig().run_id, config)
    assert open_page("runs").code == []
    both = [config.run_id for _cell, config in several.runs()]
    page = open_page("runs", ticked=f"{both[1]},{other.run_id}")
    commands = page.code[0].value.splitlines()
    assert sorted(commands) == sorted([sweep_command(several), train_command(other)])
    assert labels(page) == ["CSV", "Parquet", "What the columns mean"]


def test_seeds_that_do_not_follow_one_another_are_repeated_one_by_one():
    configs = [RunConfig(seed=seed) for seed in (7, 2, 3)]
    line = Line(tuple(RunView(config.run_id, config, "finished", 0.0) for config in configs), *[0.0] * 6)
    assert commands_of(line) == [train_command(RunConfig(seed=seed)) for seed in (2, 3, 7)]
