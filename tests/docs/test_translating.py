"""docs/translating.md: its steps add a language."""

import re

from babel.messages.frontend import CommandLineInterface
from babel.messages.pofile import read_po

from kd.text import translation
from kd.text.translation import _, closest, languages, own_name
from tests import PROJECT
from tests.docs.documents import text
from tests.pseudo_language import messages


def test_the_documented_way_to_add_a_language_works_and_finds_every_message(monkeypatch, tmp_path):
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
    assert " ".join(step.split()[1] for step in steps) == "extract init compile extract update compile"
    catalogue = tmp_path / "kd/text/locale/de/LC_MESSAGES/kd.po"
    for step in steps:
        CommandLineInterface().run(step.replace("pybabel", "pybabel --quiet", 1).split())
        if " init " in step:
            before = catalogue.read_text(encoding="utf-8")
            after = before.replace('msgid "Home"\nmsgstr ""', 'msgid "Home"\nmsgstr "Anfang"')
            assert after != before
            catalogue.write_text(after, encoding="utf-8")
    assert "#. Translators: what one does to give a picture" in before
    with (tmp_path / "kd.pot").open("rb") as file:
        found = {
            (m.context, one) for m in read_po(file) for one in (m.id if isinstance(m.id, tuple) else (m.id,))
        }
    assert {(context, one) for context, texts in messages() for one in texts} <= found
    monkeypatch.setattr(translation, "_folder", str(tmp_path / "kd/text/locale"))
    monkeypatch.setattr(translation, "_wanted", lambda: (closest("de-CH"),))
    assert (_("Home"), _("Train")) == ("Anfang", "Train")
    # where there is a switch, it is one of its languages
    assert [own_name(language) for language in languages()] == ["English", "Deutsch"]
