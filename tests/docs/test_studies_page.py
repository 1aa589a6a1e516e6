"""docs/studies.md: its commands ask for what it shows, and write it; docs/experiments.md has all results."""

import re

import pytest

from docs import experiments, studies
from docs.studies import PAGE, SECTIONS, Section, left_out, main, sections
from kd.config import RunConfig
from kd.studies.address import sweep_command
from kd.studies.experiments import EXPERIMENTS
from kd.studies.experiments.rows import has_shipped, shipped_rows
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


def test_every_experiment_with_results_is_on_its_page_and_each_claim_has_a_verdict():
    shown = [experiment for name, experiment in EXPERIMENTS.items() if has_shipped(name)]
    text = experiments.PAGE.read_text(encoding="utf-8")
    assert not re.search("[0-9] %", text)  # a line could break there
    assert re.findall(r"^## (.*)$", text, flags=re.MULTILINE) == [each.title for each in shown]
    lengths = {each.name: len(set(shipped_rows(each.name)["length"])) for each in shown}
    verdicts = re.findall(
        r"\*\*(Holds here|Does not hold here|Not settled|Too few repeats)\*\*; an interval", text
    )
    assert len(verdicts) == sum(len(each.claims) * lengths[each.name] for each in shown)
    assert text.count("Drawn anew with each seed: ") == len(shown)
