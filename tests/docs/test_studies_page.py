"""docs/studies.md: its commands ask for what its tables show, and `python -m docs.studies` writes it."""

import re

import pytest

from docs import studies
from docs.studies import PAGE, SECTIONS, Section, left_out, main, sections
from kd.config import RunConfig
from kd.studies.address import sweep_command
from kd.studies.study import Study

TINY = RunConfig(train_size=100, epochs=1, omitted_digits="3", teacher="notebook")


def test_the_page_has_its_sections_in_order_with_their_commands():
    page = PAGE.read_text(encoding="utf-8")
    found = sections(page)
    assert list(found) == list(SECTIONS)
    for name, text in found.items():
        assert text.startswith(f"## {SECTIONS[name].title}\n\n{SECTIONS[name].about} New in each repeat")
        assert re.findall(r"```sh\n(.*?)\n```", text) == [sweep_command(SECTIONS[name].study)]
    assert not re.search("[0-9] %", page)  # a line could break there


@pytest.mark.usefixtures("shared_engine")
def test_a_study_is_carried_out_and_written_and_other_sections_stay(tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("KD_HOME", str(tmp_path / "home"))
    page = tmp_path / "studies.md"
    page.write_text("# Studies\n\n## Later\n\nStays.\n", encoding="utf-8")
    tiny = Section("No 3s", "One epoch.", Study(TINY, {"temperature": [1.0, 4.0]}), left_out)
    monkeypatch.setattr(studies, "PAGE", page)
    monkeypatch.setattr(studies, "SECTIONS", {"tiny": tiny, "later": Section("Later", "", tiny.study)})
    assert main(["tiny"]) == 0
    text = page.read_text(encoding="utf-8")
    assert text.startswith(studies.INTRODUCTION)
    assert text.endswith("## Later\n\nStays.\n")
    assert list(sections(text)) == ["tiny", "later"]
    assert sweep_command(tiny.study) in text
    rows = re.findall(r"^ +(1|4) +1 .*%.*%", text, flags=re.MULTILINE)
    assert rows == ["1", "4"]
    found = r"^- temperature (\S+), seed 0: the distilled student gets [\d.]+\s% of the 3s right, .* right\.$"
    assert re.findall(found, text, flags=re.MULTILINE) == ["1", "4"]
    assert main(["tiny"]) == 0
    assert page.read_text(encoding="utf-8") == text


def test_an_unknown_study_gets_one_sentence(capsys):
    assert main(["everything"]) == 2
    assert capsys.readouterr().err.startswith("There is no study 'everything': use default, ")
