"""docs/translating.md: its steps add a language."""

from __future__ import annotations

import gettext
import re

from babel.messages.frontend import CommandLineInterface

from tests import PROJECT
from tests.docs.documents import text


def test_the_documented_way_to_add_a_language_works(monkeypatch, tmp_path):
    for folder in ("kd", "ui", "pages"):
        for path in (PROJECT / folder).rglob("*.py"):
            copy = tmp_path / path.relative_to(PROJECT)
            copy.parent.mkdir(parents=True, exist_ok=True)
            copy.write_bytes(path.read_bytes())
    (tmp_path / "app.py").write_bytes((PROJECT / "app.py").read_bytes())
    monkeypatch.chdir(tmp_path)
    steps = re.findall(
        r"^\.venv/bin/(pybabel .+)$", text(PROJECT / "docs" / "translating.md"), flags=re.MULTILINE
    )
    assert [step.split()[1] for step in steps] == [
        "extract",
        "init",
        "compile",
        "extract",
        "update",
        "compile",
    ]
    catalogue = tmp_path / "kd/text/locale/de/LC_MESSAGES/kd.po"
    for step in steps:
        CommandLineInterface().run(step.replace("pybabel", "pybabel --quiet", 1).split())
        if " init " in step:
            before = catalogue.read_text(encoding="utf-8")
            after = before.replace('msgid "Home"\nmsgstr ""', 'msgid "Home"\nmsgstr "Anfang"')
            assert after != before
            catalogue.write_text(after, encoding="utf-8")
    german = gettext.translation("kd", tmp_path / "kd/text/locale", ["de"])
    assert german.gettext("Home") == "Anfang"
