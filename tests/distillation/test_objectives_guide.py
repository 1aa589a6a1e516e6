"""docs/objectives.md does what it says: its examples, added to a copy of the project as it shows."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from kd.config import RunConfig
from tests import PROJECT

GUIDE = (PROJECT / "docs" / "objectives.md").read_text(encoding="utf-8")
LISTS = ("kd/distillation/objectives/__init__.py", "kd/networks/students/__init__.py")


def blocks(language: str) -> list[str]:
    """The guide's blocks of code in this language."""
    return re.findall(rf"```{language}\n(.*?)```", GUIDE, flags=re.DOTALL)


def files() -> dict[str, str]:
    """What each of the guide's files holds, by the path in its first line."""
    named = (block.split("\n", 1) for block in blocks("python"))
    return {path.removeprefix("# "): code for path, code in named}


def run(folder: Path, *arguments: str) -> str:
    """What Python says in the copy, which must succeed."""
    environment = {**os.environ, "KD_HOME": str(folder / "home"), "PYTHONPATH": str(folder)}
    done = subprocess.run(
        [sys.executable, *arguments],
        cwd=folder,
        env=environment,
        capture_output=True,
        encoding="utf-8",
        check=False,
    )
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
    return done.stdout


@pytest.fixture(scope="module")
def copy(tmp_path_factory) -> Path:
    """A copy of the project with the guide's examples in it."""
    folder = tmp_path_factory.mktemp("project")
    for part in ("kd", "tests/distillation"):
        shutil.copytree(PROJECT / part, folder / part, ignore=shutil.ignore_patterns("__pycache__"))
    for part in ("tests/__init__.py", "data/mnist.npz"):
        (folder / part).parent.mkdir(exist_ok=True)
        shutil.copy(PROJECT / part, folder / part)
    for path, code in files().items():
        with (folder / path).open("a", encoding="utf-8") as file:
            file.write(f"\n\n{code}" if (PROJECT / path).exists() else code)
    for path, diff in zip(LISTS, blocks("diff"), strict=True):
        lines = diff.splitlines()
        before, after = ("\n".join(line[1:] for line in lines if line[0] in signs) for signs in (" -", " +"))
        code = (folder / path).read_text(encoding="utf-8")
        assert code.count(before) == 1
        (folder / path).write_text(code.replace(before, after), encoding="utf-8")
    return folder


def command_with(word: str) -> list[str]:
    """The arguments of the guide's command that has this word."""
    [command] = re.findall(rf"^python -m kd (train .*{word}.*)$", GUIDE, flags=re.MULTILINE)
    return command.split()


def test_the_guide_adds_one_file_and_one_line_for_each(copy):
    def lines(folder: Path) -> dict[Path, list[str]]:
        sources = (folder / "kd").rglob("*.py")
        return {path.relative_to(folder): path.read_text(encoding="utf-8").splitlines() for path in sources}

    before, after = lines(PROJECT), lines(copy)
    assert {str(path.as_posix()) for path in after.keys() - before.keys()} == {
        "kd/distillation/objectives/two_way.py",
        "kd/networks/students/deep.py",
    }
    changed = {path.as_posix(): code for path, code in before.items() if after[path] != code}
    assert set(changed) == set(LISTS)
    assert all(len(after[Path(path)]) == len(changed[path]) + 1 for path in LISTS)


def test_the_examples_are_written_as_the_others_are(copy):
    shutil.copy(PROJECT / "pyproject.toml", copy)
    run(copy, "-m", "ruff", "check", "kd", "tests/distillation")
    run(copy, "-m", "ruff", "format", "--check", "kd", "tests/distillation")


def test_the_example_equals_its_formula_also_in_a_distiller(copy):
    files = "tests/distillation/test_objectives.py", "tests/distillation/test_distiller_objectives.py"
    said = run(copy, "-m", "pytest", "--noconftest", "-rp", *files, "-k", "two_way")
    assert re.search(r"PASSED tests/distillation/test_objectives\.py::\S*\[.*two_way.*\]", said)
    for name in ("training_and_evaluation", "rows_count", "it_survives_saving"):
        assert re.search(rf"PASSED \S*test_distiller_objectives\.py::test_{name}\S*two_way", said)


TRAIN = """
import json, sys
import numpy as np
from kd.cli.parser import parse
from kd.config import OFFERED, RunConfig
from kd.export.plain.cells import cells
from kd.networks.architectures import student_architecture
from kd.networks.numpy_model import NumpyModel
from kd.pictures.mnist import load_mnist
from kd.training.student import train_model
from kd.training.messages import Teaching

for command in sys.argv[1:]:
    options = vars(parse(command.split())[1])
    config = RunConfig(**{name: options[name] for name in OFFERED if options[name] is not None})
    answers = np.random.default_rng(0).normal(0, 5, (config.train_size, 10)).astype(np.float32)
    model = train_model(
        config, "distilled", Teaching(answers), lambda event: None, lambda: False, is_followed=False
    )
    twin = NumpyModel.load(model.keras_file).logits(load_mnist().test(20)[0])
    np.testing.assert_allclose(twin, model.test_logits[:20], rtol=1e-3, atol=1e-3)
    code = ""
    if config.student != "convolutional":  # an objective is not quoted
        result = dict.fromkeys(("teacher", "distilled", "scratch"), {"test_accuracy": 0.5})
        code = "\\n".join(cell.text for cell in cells(config, result, "t.keras") if cell.kind == "code")
    words = student_architecture(config).words
    print(json.dumps({"history": model.history, "words": words, "id": config.run_id, "code": code}))
"""


def test_the_documented_commands_train_with_both(copy):
    commands = [" ".join(command_with(word)) for word in ("two_way", "deep")]
    two_way, deep = map(json.loads, run(copy, "-c", TRAIN, *commands).splitlines())
    for trained in (two_way, deep):
        losses = [epoch["loss"] for epoch in trained["history"]]
        assert len(losses) == 5
        assert losses[-1] < losses[0]
        assert trained["id"] != RunConfig(train_size=500, epochs=5).run_id
    for epoch in two_way["history"]:
        from_teacher = epoch["forward_loss"] + epoch["reverse_loss"]
        assert epoch["loss"] == pytest.approx(0.1 * epoch["student_loss"] + 0.9 * from_teacher, rel=1e-5)
        assert epoch["reverse_loss"] > 0
    assert deep["words"] == "student with two layers of 32 hidden units"
    # its notebook needs nothing of ours
    assert "def deep(units: int)" in deep["code"]
    assert 'network(deep(32), "distilled")' in deep["code"]
    assert "kd." not in deep["code"]
