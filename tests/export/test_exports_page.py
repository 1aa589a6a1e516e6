"""docs/exports.md belongs to the included run and to all formats, and its code runs on what they export."""

from __future__ import annotations

import re

import pytest

from docs import exports
from docs.exports import MODEL_FORMATS, MODELS, PAGE
from kd.base.places import DATA
from kd.export import FORMATS
from kd.text.words import accuracy, file_size
from tests.docs.documents import blocks, text


def cells() -> dict[tuple[str, str], list[str]]:
    """(model, format) → what the page's table says of it."""
    rows = re.findall(r"^\| (Distilled|Teacher) \| `([\w-]+)` \| (.+) \|$", text(PAGE), re.M)
    return {(model.lower(), name): rest.split(" | ") for model, name, rest in rows}


def shape(said: str) -> str:
    """The page without its figures, and without where and with what they were measured."""
    return re.sub(r"(?s)Measured on: .*?\n\n", "", re.sub(r"\b\d[\d.,]*(e-\d+)?( [kM]B)?", "#", said))


def test_the_page_is_what_its_command_writes(exported, tmp_path, monkeypatch):
    facts = {(model, name): exported.facts(name) for model in MODELS for name in MODEL_FORMATS}
    monkeypatch.setattr(exports, "PAGE", tmp_path / "exports.md")
    monkeypatch.setattr(exports, "measure", lambda lab: facts)
    monkeypatch.setenv("KD_HOME", str(tmp_path))
    assert exports.main() == 0
    assert all(re.search(rf"^\| `{name}` \| ", text(PAGE), re.M) for name in FORMATS)
    assert shape((tmp_path / "exports.md").read_text(encoding="utf-8")) == shape(text(PAGE))


@pytest.mark.parametrize("name", MODEL_FORMATS)
def test_its_figures_are_those_of_an_export(exported, name):
    size, latency, kept, before, same, _difference = cells()["distilled", name]
    facts = exported.facts(name)
    assert size == file_size(facts["bytes"])
    assert float(latency) > 0
    assert (before, kept) == (
        accuracy(facts["accuracy"]["original"]),
        accuracy(facts["accuracy"]["exported"]),
    )
    assert same == accuracy(facts["same_answers"])


@pytest.mark.parametrize("block", [block for block in blocks(PAGE) if block.language == "python"], ids=str)
def test_its_code_reads_digits(block, exported, tmp_path, monkeypatch, capsys):
    for path in exported.folder.iterdir():
        (tmp_path / path.name).symlink_to(path)
    (tmp_path / "data").symlink_to(DATA)
    monkeypatch.chdir(tmp_path)
    exec(compile(block.code, str(PAGE), "exec"), {})
    assert re.findall(r"\d", capsys.readouterr().out) == ["7", "2", "1", "0", "4"]
