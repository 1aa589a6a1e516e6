"""Progress where it may be shown: on a terminal, in a file, below a notebook's cell."""

from __future__ import annotations

import io
import sys
import textwrap

import nbclient
import nbformat
import pytest
from rich.progress import Progress

from kd.config import PRESETS
from kd.terminal.progress import Moment, show
from tests import PROJECT

STEPS = [
    Moment("Starting", 0.0),
    Moment("Students: epoch 1 of 8", 0.125, 70),
    Moment("Students: epoch 1 of 8", 0.13, 69.6),
    Moment("Students: epoch 2 of 8", 0.25, 1.0),
    Moment("Evaluating", 1.0),
]


class Terminal(io.StringIO):
    encoding = "utf-8"

    def isatty(self) -> bool:
        return True


def a_terminal(monkeypatch) -> Terminal:
    """Make standard error one, for the rest of the test."""
    for name in ("TTY_COMPATIBLE", "TTY_INTERACTIVE", "NO_COLOR", "FORCE_COLOR"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setenv("COLUMNS", "80")
    monkeypatch.setattr(sys, "stderr", Terminal())
    return sys.stderr


def test_a_terminal_shows_a_bar_that_is_gone_at_the_end(monkeypatch, capsys):
    terminal = a_terminal(monkeypatch)
    update = Progress.update
    monkeypatch.setattr(Progress, "update", lambda *args, **told: update(*args, **told, refresh=True))
    assert show(iter(STEPS), lambda moment: moment) is STEPS[-1]
    drawn = terminal.getvalue()
    for text in ("Starting", "Students: epoch 1 of 8", " 12 %", "1 min 10 s left", "1 s left", "100 %", "━"):
        assert text in drawn
    assert drawn.rindex("\x1b[2K") > drawn.rindex("100 %")  # the line is erased
    assert drawn.rindex("\x1b[?25h") > drawn.rindex("100 %")  # and the cursor back
    assert capsys.readouterr().out == ""


def test_a_terminal_that_can_only_print_gets_lines(monkeypatch):
    terminal = a_terminal(monkeypatch)
    monkeypatch.setenv("TERM", "dumb")
    show(STEPS, lambda moment: moment)
    assert "\x1b" not in terminal.getvalue()
    assert len(terminal.getvalue().splitlines()) == 4


def test_a_file_gets_a_line_for_each_tenth_however_long_it_takes(capsys):
    assert show(STEPS, lambda moment: moment) is STEPS[-1]
    printed = capsys.readouterr()
    assert printed.out == ""
    assert [" ".join(line.split()) for line in printed.err.splitlines()] == [
        "Starting 0 %",
        "Students: epoch 1 of 8 12 % 1 min 10 s left",
        "Students: epoch 2 of 8 25 % 1 s left",
        "Evaluating 100 %",
    ]
    show((Moment("Students", number / 5000) for number in range(5001)), lambda moment: moment)
    assert len(capsys.readouterr().err.splitlines()) == 11


def test_an_error_in_between_leaves_the_terminal_as_it_was(monkeypatch):
    terminal = a_terminal(monkeypatch)

    def interrupted():
        yield STEPS[0]
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        show(interrupted(), lambda moment: moment)
    assert terminal.getvalue().count("\x1b[?25l") == terminal.getvalue().count("\x1b[?25h") == 1
    assert isinstance(sys.stderr, Terminal)


CELL = f"""
import sys
sys.path.insert(0, {str(PROJECT)!r})
from kd import Lab
from kd.terminal.progress import Moment, show
"""


@pytest.mark.processes
def test_a_notebook_gets_one_line_that_changes_and_stays(tmp_path, monkeypatch):
    monkeypatch.setenv("KD_HOME", str(tmp_path))
    notebook = nbformat.v4.new_notebook()
    notebook.cells = [
        nbformat.v4.new_code_cell(textwrap.dedent(code))
        for code in (
            CELL,
            "print(show([Moment('Starting', 0.0), Moment('Students', 0.5, 3.0)], lambda m: m).doing)",
            f"""
            with Lab() as lab:
                run = lab.train({next(iter(PRESETS))!r}).wait(progress=True)
            run.status
            """,
        )
    ]
    nbclient.NotebookClient(notebook, timeout=200, resources={"metadata": {"path": str(tmp_path)}}).execute()
    shown, waited = (cell.outputs for cell in notebook.cells[1:])
    assert [output.output_type for output in shown] == ["display_data", "stream"]
    line = shown[0].data["text/plain"]
    assert " ".join(line.replace("━" * 20 + "─" * 20, "BAR").split()) == "Students BAR 50 % 3 s left"
    assert shown[1].text == "Students\n"
    assert [output.output_type for output in waited] == ["display_data", "execute_result"]
    assert "100 %" in waited[0].data["text/plain"]
    assert waited[1].data["text/plain"] == "'finished'"
