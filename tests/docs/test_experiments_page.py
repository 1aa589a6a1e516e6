"""docs/experiments.md is what its command makes of the results that come with the project."""

import re

from docs import experiments
from docs.experiments import PAGE, main
from kd.studies.experiments import EXPERIMENTS
from kd.studies.experiments.rows import has_shipped, shipped_rows


def test_the_page_is_what_its_command_writes(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(experiments, "PAGE", tmp_path / "experiments.md")
    assert main() == 0
    assert (tmp_path / "experiments.md").read_text(encoding="utf-8") == PAGE.read_text(encoding="utf-8")
    assert "experiments.md" in capsys.readouterr().out


def test_it_has_every_experiment_with_results_and_their_claims_with_a_verdict():
    shown = [experiment for name, experiment in EXPERIMENTS.items() if has_shipped(name)]
    text = PAGE.read_text(encoding="utf-8")
    assert not re.search("[0-9] %", text)  # a line could break there
    assert re.findall(r"^## (.*)$", text, flags=re.MULTILINE) == [each.title for each in shown]
    lengths = {each.name: len(set(shipped_rows(each.name)["length"])) for each in shown}
    verdicts = re.findall(
        r"\*\*(Holds here|Does not hold here|Not settled|Too few repeats)\*\*; an interval", text
    )
    assert len(verdicts) == sum(len(each.claims) * lengths[each.name] for each in shown)
    assert text.count("Drawn anew with each seed: ") == len(shown)
