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


@pytest.fixture(scope="module")
def tests_of_it(copy) -> str:
    """What pytest says of the example, alone and in a Distiller."""
    files = "tests/distillation/test_objectives.py", "tests/distillation/test_distiller_objectives.py"
    return run(copy, "-m", "pytest", "--noconftest", "-rp", *files, "-k", "two_way")


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


def test_the_command_line_has_its_flag(copy):
    program = "import sys; from kd.cli.parser import parse; print(parse(sys.argv[1:])[1])"
    said = run(copy, "-c", program, *command_with("two_way"))
    assert "objective='two_way'" in said
    assert "reverse_share='0.3'" in said
    assert "--reverse-share" in run(copy, "-m", "kd", "train", "--help")


def test_the_example_equals_its_formula(tests_of_it):
    assert re.search(r"PASSED tests/distillation/test_objectives\.py::\S*\[.*two_way.*\]", tests_of_it)


def test_a_distiller_with_the_example_has_its_loss_and_its_weights(tests_of_it):
    for name in ("training_and_evaluation", "rows_count", "it_survives_saving"):
        assert re.search(rf"PASSED \S*test_distiller_objectives\.py::test_{name}\S*two_way", tests_of_it)


TRAIN = """
import json, sys
import numpy as np
from kd.cli.parser import parse
from kd.config import OFFERED, RunConfig
from kd.networks.architectures import student_architecture
from kd.networks.numpy_model import NumpyModel
from kd.pictures.mnist import load_mnist
from kd.training.student import train_model
from kd.training.messages import Teaching

options = vars(parse(sys.argv[1:])[1])
config = RunConfig(**{name: options[name] for name in OFFERED if options[name] is not None})
teaching = Teaching(np.random.default_rng(0).normal(0, 5, (config.train_size, 10)).astype(np.float32))
tell = lambda event: print(json.dumps(event))
model = train_model(config, "distilled", teaching, tell, lambda: False, is_followed=False)
twin = NumpyModel.load(model.keras_file).logits(load_mnist().test(20)[0])
np.testing.assert_allclose(twin, model.test_logits[:20], rtol=1e-3, atol=1e-3)
print(json.dumps({"event": "words", "words": student_architecture(config).words, "id": config.run_id}))
"""


def test_the_documented_command_trains_with_it(copy):
    lines = run(copy, "-c", TRAIN, *command_with("two_way")).splitlines()
    epochs = [event for event in map(json.loads, lines) if event["event"] == "epoch"]
    assert len(epochs) == 5
    for epoch in epochs:
        from_teacher = epoch["forward_loss"] + epoch["reverse_loss"]
        assert epoch["loss"] == pytest.approx(0.1 * epoch["student_loss"] + 0.9 * from_teacher, rel=1e-5)
        assert epoch["reverse_loss"] > 0
    assert epochs[-1]["loss"] < epochs[0]["loss"]


def test_the_documented_command_trains_the_student(copy):
    *events, words = map(json.loads, run(copy, "-c", TRAIN, *command_with("deep")).splitlines())
    losses = [event["loss"] for event in events if event["event"] == "epoch"]
    assert len(losses) == 5
    assert losses[-1] < losses[0]
    assert words["words"] == "student with two layers of 32 hidden units"
    assert words["id"] != RunConfig(train_size=500, epochs=5).run_id


def test_the_students_notebook_needs_nothing_of_ours(copy):
    program = """
from kd.config import RunConfig
from kd.export.plain.cells import cells
result = dict.fromkeys(("teacher", "distilled", "scratch"), {"test_accuracy": 0.5})
code = [cell.text for cell in cells(RunConfig(student="deep"), result, "t.keras") if cell.kind == "code"]
print("\\n\\n".join(code))
"""
    said = run(copy, "-c", program)
    assert "def deep(units: int)" in said
    assert 'network(deep(64), "distilled")' in said
    assert "kd." not in said
