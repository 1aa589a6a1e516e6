"""What a page gives along: the command that repeats it, and its numbers."""

import io

import pandas as pd
from streamlit.testing.v1 import AppTest

from kd.config import RunConfig
from kd.studies.in_text.command import sweep_command, train_command
from kd.studies.study import Study
from tests.stored_runs import save_copy

OTHER = "15bc45bacfaf"


def labels(app: AppTest) -> list[str]:
    """The buttons that save something."""
    return [button.label for button in app.get("download_button")]


def test_train_shows_the_command_of_the_run_on_the_screen(open_page, lab):
    page = open_page("train", run=OTHER)
    config = lab.watch(OTHER).config
    assert config != RunConfig()
    assert [block.value for block in page.code] == [train_command(config)]


def _numbers() -> None:
    from kd.config import RunConfig
    from ui.shared.along.numbers import numbers_along
    from ui.shared.server import lab

    numbers_along("runs", lambda: lab().numbers([RunConfig().run_id, "15bc45bacfaf"]))


def test_the_numbers_leave_with_a_dictionary_of_their_columns(lab):
    app = AppTest.from_function(_numbers).run()
    assert not app.exception
    assert labels(app) == ["CSV", "Parquet", "What the columns mean"]
    assert all(button.proto.help for button in app.get("download_button"))


def test_what_the_buttons_give_is_the_same_table(lab, monkeypatch):
    given = {}

    def button(label, content, file_name, **_others):
        given[file_name] = content()

    monkeypatch.setattr("streamlit.download_button", button)
    _numbers()
    assert list(given) == ["runs.csv", "runs.parquet", "runs-columns.csv"]
    table, typed = (
        pd.read_csv(io.BytesIO(given["runs.csv"])),
        pd.read_parquet(io.BytesIO(given["runs.parquet"])),
    )
    assert list(table.columns) == list(typed.columns)
    assert list(table["accuracy"]) == list(typed["accuracy"])
    assert list(pd.read_csv(io.BytesIO(given["runs-columns.csv"]))["column"]) == list(table.columns)


def test_sweep_gives_its_numbers_and_the_command_of_a_study(open_page, lab):
    study = Study(RunConfig(epochs=13), {"alpha": (0.1, 0.5)}, seeds=2, baseline={"alpha": 0.5})
    for _cell, config in study.runs():
        save_copy(lab.store, RunConfig().run_id, config)
    study_id = lab.start_study(study)
    assert lab.wait_study(study_id, 60).status == "finished"
    page = open_page("sweep", study=study_id)
    assert [block.value for block in page.code] == [sweep_command(study)]
    assert labels(page) == ["CSV", "Parquet", "What the columns mean"]
    page = open_page("sweep")
    assert page.code == []
    assert labels(page) == ["CSV", "Parquet", "What the columns mean"]
