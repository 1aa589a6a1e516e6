"""Whatever can be set is documented: the reference is the one that the code makes now."""

from __future__ import annotations

import re

import pytest

from docs import experiments, reference
from kd.config import OFFERED, PRESETS
from kd.distillation.objectives import OBJECTIVES
from kd.studies.experiments import EXPERIMENTS
from tests import PROJECT
from tests.docs.documents import DOCUMENTS, text

# read by the app, the command line, the workers and the tests
CODE = [
    PROJECT / "app.py",
    *(path for folder in ("kd", "ui", "tests/browser") for path in (PROJECT / folder).rglob("*.py")),
]
# set by KD Lab itself
OWN = {"KD_FORKSERVER_PARENT"}


def variables() -> set[str]:
    return {name for path in CODE for name in re.findall(r'"(KD_[A-Z_]+)"', text(path))} - OWN


@pytest.mark.parametrize("module", [reference, experiments], ids=lambda module: module.__name__)
def test_a_page_is_what_its_command_writes(module, tmp_path, monkeypatch):
    known, page = text(module.PAGE), tmp_path / "page.md"
    monkeypatch.setattr(module, "PAGE", page)
    assert module.main() == 0
    assert page.read_text(encoding="utf-8") == known, f"write it again: python -m {module.__name__}"


def test_every_variable_that_the_code_reads_and_every_name_is_documented():
    assert {"KD_HOME", "KD_LIMIT", "KD_WORKERS"} < variables()
    documents = "".join(map(text, DOCUMENTS))
    shown = text(reference.PAGE)
    assert [name for name in (*OFFERED, *OBJECTIVES, *PRESETS) if f"| `{name}` |" not in shown] == []
    assert [name for name in variables() if f"`{name}`" not in documents] == []
    assert [name for name in EXPERIMENTS if f"kd experiment {name} " not in documents] == []
    assert set(re.findall(r"\bKD_[A-Z_]+", documents)) <= variables() | OWN
