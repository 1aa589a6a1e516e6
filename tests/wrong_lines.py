"""Puts wrong lines into a copy of the code, one at a time, and says which file of tests noticed.

    python -m tests.wrong_lines [WORD ...]

Each is a mistake that joins what is right by itself in the wrong way. Without WORD all are tried; with some,
those whose description has one of them. The tests that ought to notice must pass in the copy before anything
is put in. Prints a line for each; exits with 1 if one survives. Takes some minutes.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import NamedTuple

from tests import PROJECT

WIRING = "tests/wiring/test_runs.py"
PASSED, FAILED = 0, 1  # pytest's exit codes
CODE = ("kd", "ui", "pages", "tests", "app.py", "pyproject.toml")


class WrongLine(NamedTuple):
    """mistake: what is wrong. right: what stands in `file`, once. test: the file that ought to notice."""

    mistake: str
    file: str
    right: str
    wrong: str
    test: str = WIRING


WRONG_LINES = [
    WrongLine(
        "A verdict is that of all seeds, at whatever number somebody looks",
        "kd/studies/verdicts.py",
        "judged = station(len(values))",
        "judged = len(values)",
        "tests/studies/test_verdicts.py",
    ),
    WrongLine(
        "A verdict over seeds takes p < 0.05",
        "kd/studies/verdicts.py",
        "if not row.p_corrected < level(row.judged_seeds):",
        "if not row.p_corrected < 0.05:",
        "tests/studies/test_verdicts.py",
    ),
    WrongLine(
        "An interval forgets that other test pictures would give another difference",
        "kd/studies/over_seeds.py",
        "pictures = _of_pictures(values) if values.size > seeds else 0.0",
        "pictures = 0.0",
        "tests/studies/test_over_seeds.py",
    ),
    WrongLine(
        "An experiment is judged by the interval that it shows",
        "kd/studies/experiments/judging.py",
        "low, high = finding.sure",
        "low, high = finding.low, finding.high",
        "tests/studies/experiments/test_judging.py",
    ),
    WrongLine(
        "A guess is right whatever comes out",
        "ui/experiments/outcome.py",
        "verdict = verdict_on(finding, choice.expected)",
        'verdict = "agrees"',
        "tests/pages/test_experiments.py",
    ),
    WrongLine(
        "The included result is on the chart before anybody has found out",
        "ui/experiments/watch.py",
        'if asked.seen == INCLUDED or (view is not None and view.status == "finished"):',
        "if True:",
        "tests/pages/test_experiments.py",
    ),
    WrongLine(
        "A teacher's answers to other pictures are taken for those to digits",
        "kd/runs/orders.py",
        'return f"{digest}-{self._config.train_size}{self._asked_about}{attention}"',
        'return f"{digest}-{self._config.train_size}{attention}"',
    ),
    WrongLine(
        "A consistent teacher answers for the picture as it was",
        "kd/training/compiled.py",
        "taught = variant if self._consistent else chosen",
        "taught = chosen",
        "tests/training/test_step.py",
    ),
    WrongLine(
        "A consistent teacher's answers are read by variant and then by picture",
        "kd/training/answers.py",
        "found = [np.stack(parts, axis=1)",
        "found = [np.stack(parts, axis=0)",
        "tests/training/test_answers.py",
    ),
    WrongLine(
        "A teacher's answers to pictures shifted less are taken for those to pictures shifted more",
        "kd/runs/orders.py",
        '(f"-shift-{config.shift}" if is_consistent(config) else "")',
        '("-shift" if is_consistent(config) else "")',
        "tests/runs/test_orders.py",
    ),
    WrongLine(
        "The teacher whose dropout is left on by mistake has it off",
        "kd/training/answers.py",
        "dropping(to_images(tf.constant(pictures)), training=True)",
        "dropping(to_images(tf.constant(pictures)), training=False)",
        "tests/training/test_answers.py",
    ),
    WrongLine(
        "Whatever the mistake, a student is given the answers to other pictures",
        "kd/training/student.py",
        "logits = MISTAKES[config.mistake].answers(logits, config.seed)",
        'logits = MISTAKES["cached_answers"].answers(logits, config.seed)',
        "tests/training/test_student.py",
    ),
    WrongLine(
        "A mistake about soft targets is made with other objectives, too",
        "kd/training/student.py",
        "if config.makes_mistake:",
        "if config.mistake:",
        "tests/training/test_student.py",
    ),
    WrongLine(
        "Pictures are shifted the other way than those that the teacher sees",
        "kd/training/shifting.py",
        "steps = most + tf.range(size) - moved[..., tf.newaxis]",
        "steps = most + tf.range(size) + moved[..., tf.newaxis]",
        "tests/training/test_shifting.py",
    ),
    WrongLine(
        "The variants of a picture have their doubts permuted each in its own way",
        "kd/distillation/doubts.py",
        "permuted(places, axis=1).repeat(variants, axis=0)",
        "permuted(places.repeat(variants, axis=0), axis=1)",
        "tests/distillation/test_doubts.py",
    ),
    WrongLine(
        "Pictures with labels are nonsense, too",
        "kd/pictures/training_set.py",
        "without_label = np.cumsum(seen) > config.labelled",
        "without_label = np.cumsum(seen) > 0",
        "tests/pictures/test_shifts.py",
    ),
    WrongLine(
        "An event of several epochs forgets all but the last",
        "kd/training/epochs.py",
        "                self._tell(accuracy)\n",
        "                self._tell(accuracy)\n            self._sums = None\n",
        "tests/training/test_looks.py",
    ),
    WrongLine(
        "An assistant teaches the student of another seed",
        "kd/studies/experiments/chains.py",
        "seed=earlier.seed)",
        "seed=0)",
        "tests/studies/test_taught_classics.py",
    ),
    WrongLine(
        "The table of numbers gives every model the distilled student's values",
        "kd/export/numbers/long_form.py",
        'wide.get(f"{model}_{name}", float("nan"))',
        'wide.get(f"distilled_{name}", float("nan"))',
        "tests/export/test_numbers.py",
    ),
    WrongLine(
        "The command of a study forgets what it is compared with",
        "kd/studies/in_text/command.py",
        "if not isinstance(study.baseline, str):",
        "if False:",
        "tests/cli/test_repeat.py",
    ),
    WrongLine(
        "TensorBoard gets the time of an epoch before it has passed",
        "kd/export/tensorboard.py",
        "time += seconds",
        "time += 0.0 * seconds",
        "tests/export/test_tensorboard.py",
    ),
    WrongLine(
        "T² is never applied in a run",
        "kd/config.py",
        "scale = self.temperature**2 if self.temperature_squared else 1.0",
        "scale = 1.0",
    ),
    WrongLine(
        "a fresh teacher's logits are in reverse order",
        "kd/pictures/training_set.py",
        "images = mnist.x_train[chosen]",
        "images = mnist.x_train[chosen][::-1]",
    ),
    WrongLine(
        "a fresh teacher teaches what it says of the test pictures",
        "kd/pictures/training_set.py",
        "images = mnist.x_train[chosen]",
        "images = mnist.x_test[chosen % len(mnist.x_test)]",
    ),
    WrongLine(
        "what a stored teacher teaches is read in reverse order",
        "kd/runs/orders.py",
        'return Teaching(found["train"], found.get("attention"))',
        'return Teaching(found["train"][::-1], found.get("attention"))',
    ),
    WrongLine(
        "a student always agrees with its teacher",
        "kd/runs/result.py",
        'evaluation.agreement(logits["teacher"], logits[name])',
        "evaluation.agreement(logits[name], logits[name])",
    ),
    WrongLine(
        "every epoch has the same order",
        "kd/training/compiled.py",
        "np.random.default_rng([seed, epoch])",
        "np.random.default_rng([seed, 1])",
    ),
    WrongLine(
        "the divergence leaves out the entropy",
        "kd/distillation/objectives/soft_targets.py",
        '"entropies": -ops.sum(',
        '"entropies": 0.0 * ops.sum(',
    ),
    WrongLine(
        "a Distiller calls its teacher as if it learned",
        "kd/distillation/distiller.py",
        "self.teacher(x, training=False)",
        "self.teacher(x, training=True)",
        test="tests/distillation/test_checks.py",
    ),
    WrongLine(
        "a Distiller ignores sample weights in fit",
        "kd/distillation/distiller.py",
        "split_weights(sample_weight)",
        "split_weights(None if training else sample_weight)",
        test="tests/distillation/test_distiller_in_keras.py",
    ),
    WrongLine(
        "a Distiller ignores sample weights in evaluate",
        "kd/distillation/distiller.py",
        "split_weights(sample_weight)",
        "split_weights(sample_weight if training else None)",
        test="tests/distillation/test_distiller_in_keras.py",
    ),
    WrongLine(
        "snapshots' weights are reversed in time",
        "kd/training/snapshots.py",
        '"weights": np.stack(self.weights),',
        '"weights": np.stack(self.weights[::-1]),',
    ),
    WrongLine(
        "a fresh teacher's name leaves out its seed",
        "kd/run_fields/usual.py",
        """        maximum=2**31 - 1,
        step=1,
        rare=True,
        decides=("teacher", "distilled", "scratch"),""",
        """        maximum=2**31 - 1,
        step=1,
        rare=True,
        decides=("distilled", "scratch"),""",
        test="tests/test_config.py",
    ),
    WrongLine(
        "everybody may delete somebody's runs",
        "kd/notebook/keeping.py",
        "in (person, NOBODY)\n",
        "in (person, NOBODY) or True\n",
        test="tests/notebook/test_keeping.py",
    ),
    WrongLine(
        "two settings are compared the wrong way round",
        "kd/notebook/comparison.py",
        "compare(labels, its, mine)",
        "compare(labels, mine, its)",
        test="tests/notebook/test_comparison.py",
    ),
]


def chosen(words: list[str]) -> list[WrongLine]:
    return [line for line in WRONG_LINES if not words or any(word in line.mistake for word in words)]


def copy_of_the_code(place: Path) -> None:
    """The code to change, with the project's data beside it."""
    for name in CODE:
        source = PROJECT / name
        if source.is_dir():
            shutil.copytree(source, place / name, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(source, place / name)
    (place / "data").symlink_to(PROJECT / "data", target_is_directory=True)


def outcome(place: Path, test: str) -> int:
    """pytest's exit code for this file in the copy."""
    command = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "-p", "no:xdist", "-q", "-x", test]
    environment = {**os.environ, "KD_HOME": str(place / "home"), "PYTHONDONTWRITEBYTECODE": "1"}
    done = subprocess.run(command, cwd=place, env=environment, capture_output=True, text=True, check=False)
    if done.returncode not in (PASSED, FAILED):
        print(done.stdout[-2000:], done.stderr[-2000:], sep="\n", file=sys.stderr)
    return done.returncode


def put_in(place: Path, line: WrongLine) -> int:
    """The outcome with this line in the copy, which is as before afterwards."""
    path = place / line.file
    before = path.read_text(encoding="utf-8")
    path.write_text(before.replace(line.right, line.wrong), encoding="utf-8")
    try:
        return outcome(place, line.test)
    finally:
        path.write_text(before, encoding="utf-8")


def main(words: list[str]) -> int:
    lines = chosen(words)
    survived = 0
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        copy_of_the_code(place)
        for test in dict.fromkeys(line.test for line in lines):
            if outcome(place, test) != PASSED:
                print(f"{test} does not pass without a wrong line: mend it first.", file=sys.stderr)
                return 2
        for line in lines:
            started = time.monotonic()
            killed = put_in(place, line) == FAILED
            survived += not killed
            word = "killed" if killed else "SURVIVED"
            print(f"{word:8} {time.monotonic() - started:4.0f} s  {line.test}: {line.mistake}", flush=True)
    return 1 if survived else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
