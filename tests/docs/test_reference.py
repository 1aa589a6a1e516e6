"""Whatever can be set is documented: the reference is the one that the code makes now."""

from __future__ import annotations

import re

from docs import reference
from kd.config import OFFERED, PRESETS
from kd.distillation.objectives import OBJECTIVES
from tests import PROJECT
from tests.docs.documents import DOCUMENTS, text

REFERENCE = text(reference.PAGE)
# read by the app, the command line, the workers and the tests
CODE = [
    PROJECT / "app.py",
    *(path for folder in ("kd", "ui", "tests/browser") for path in (PROJECT / folder).rglob("*.py")),
]
# set by KD Lab itself
OWN = {"KD_FORKSERVER_PARENT"}


def variables() -> set[str]:
    return {name for path in CODE for name in re.findall(r'"(KD_[A-Z_]+)"', text(path))} - OWN


def test_the_reference_is_what_its_command_writes_and_has_every_name(tmp_path, monkeypatch):
    monkeypatch.setattr(reference, "PAGE", tmp_path / "page.md")
    assert reference.main() == 0
    written = (tmp_path / "page.md").read_text(encoding="utf-8")
    assert written == REFERENCE, "write it again: python -m docs.reference"
    assert [name for name in (*OFFERED, *OBJECTIVES, *PRESETS) if f"| `{name}` |" not in REFERENCE] == []


def test_every_variable_that_the_code_reads_is_documented():
    assert {"KD_HOME", "KD_LIMIT", "KD_WORKERS"} < variables()
    documents = "".join(map(text, DOCUMENTS))
    assert [name for name in variables() if f"`{name}`" not in documents] == []
