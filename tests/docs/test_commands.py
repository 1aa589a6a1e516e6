"""Whatever the documents tell people to type is understood by the program that is to carry it out.

Other tests carry it out: `kd` in tests/cli, the benchmarks in two files test_benchmarks.py, the cluster in
tests/engine/test_cluster.py, and the installation is carried out by whoever runs these tests.
"""

from __future__ import annotations

import argparse
import importlib
import inspect
import re
import shlex
import subprocess
from collections.abc import Callable, Iterator

import dask.config
import distributed  # noqa: F401, dask.config knows its keys once it is loaded
import pytest
from distributed.cli import dask_scheduler, dask_worker
from packaging.requirements import Requirement
from streamlit.config import get_config_options

from kd.__main__ import is_option_of_the_server
from kd.cli.parser import parse
from tests import PROJECT
from tests.docs.documents import DOCUMENTS, Block, blocks

BLOCKS = [block for document in DOCUMENTS for block in blocks(document)]
# tests/distillation/test_objectives_guide.py carries out that guide's, in a copy with the guide's objective
SHELL = [block for block in BLOCKS if block.language == "sh" and block.document.name != "objectives.md"]
# Programs that any system has, or that bring their own manual; test_translating.py carries out pybabel's.
SYSTEM = {"cd", "docker", "git", "mutmut", "mv", "pybabel", "python3", "rm", "sqlite3", "tar", "tensorboard"}


class Understood(BaseException):
    """Raised in place of what a program would do once it has understood its arguments; nobody catches it."""


def commands(block: Block) -> Iterator[list[str]]:
    """The words of each command in a block, without what follows a #."""
    for line in re.sub(r"\\\n\s*", "", block.code).splitlines():
        words = shlex.split(line.replace(";", " && "), comments=True)
        while words:
            end = words.index("&&") if "&&" in words else len(words)
            if words[:end]:
                yield words[:end]
            words = words[end + 1 :]


def check(words: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    """Fails unless the program that these words name understands the others."""
    while re.match(r"\w+=", words[0]):
        check_variable(words[0])
        words = words[1:]
        if not words:
            return
    program, *rest = words
    program = program.removeprefix(".venv/bin/")
    if (program, rest[:1]) == ("python", ["-m"]):
        program, rest = rest[1], rest[2:]
    if program in SYSTEM:
        return
    name, dot, _module = program.partition(".")
    if dot and name in ("benchmarks", "docs", "kd", "tests"):
        check_module(program, rest, monkeypatch)
    elif program in OURS:
        OURS[program](rest, monkeypatch)
    else:
        CHECKS[program](rest)


def check_variable(setting: str) -> None:
    """A variable of Dask's names a key of its configuration; KD Lab's have a test of their own."""
    name = setting.partition("=")[0]
    if name.startswith("DASK_"):
        key = ".".join(name.removeprefix("DASK_").lower().replace("_", "-").split("--"))
        assert dask.config.get(key, default=setting) != setting, f"Dask has no {key}"
    else:
        assert re.fullmatch(r"KD_[A-Z]+|PYTHONPATH|[A-Z]", name), f"nobody reads {name}"


def check_kd(arguments: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    """As far as the run or the study that would begin."""

    def understood(*_: object) -> None:
        raise Understood

    command, options = parse(arguments)
    with monkeypatch.context() as patch:
        for name in ("train", "sweep"):
            patch.setattr(f"kd.cli.{name}.{name}", understood)
        if arguments[0] in ("train", "sweep"):
            with pytest.raises(Understood):
                command(options)


def check_kd_lab(arguments: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    """Alone or with options of the server it opens the app."""
    if arguments and not is_option_of_the_server(arguments[0]):
        check_kd(arguments, monkeypatch)
    else:
        assert {option.removeprefix("--") for option in arguments[::2]} <= get_config_options().keys()


def check_module(name: str, arguments: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    """A module with a command line of its own, as far as it has understood its arguments."""
    module = importlib.import_module(name)
    if "parse_args" not in inspect.getsource(module):
        assert not arguments, f"{name} takes no arguments"
        return

    def parse_args(parser, given=None, namespace=None):
        namespace, unknown = parser.parse_known_args(given, namespace)
        assert not unknown, unknown
        raise Understood

    with monkeypatch.context() as patch:
        patch.setattr(argparse.ArgumentParser, "parse_args", parse_args)
        with pytest.raises(Understood):
            module.main(arguments)


def check_dask(arguments: list[str]) -> None:
    name, *rest = arguments
    command = {"scheduler": dask_scheduler, "worker": dask_worker}[name].main
    command.make_context(name, rest)


def check_pip(arguments: list[str]) -> None:
    assert arguments[0] == "install"
    project = (PROJECT / "pyproject.toml").read_text(encoding="utf-8")
    for word in arguments[1:]:
        if local := re.fullmatch(r"\.\[(\w+)\]", word):
            assert f"\n{local[1]} = " in project
        elif re.search("[<>=]", word):
            Requirement(word)
        elif word != "-r":
            assert (PROJECT / word).is_file()


def check_make(targets: list[str]) -> None:
    done = subprocess.run(["make", "-n", *targets], cwd=PROJECT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def check_files(words: list[str]) -> None:
    """The files that a command names exist."""
    for path in (word for word in words if "/" in word or word.endswith(".py")):
        assert (PROJECT / path).exists()


CHECKS: dict[str, Callable[[list[str]], object]] = {
    "dask": check_dask,
    "export": lambda settings: [check_variable(setting) for setting in settings],
    "make": check_make,
    "pip": check_pip,
    "pytest": check_files,
    "streamlit": check_files,
}
OURS = {"kd": check_kd, "kd-lab": check_kd_lab}


@pytest.mark.parametrize("block", SHELL, ids=str)
def test_every_line_of_a_shell_block_is_understood(block, monkeypatch):
    found = [*commands(block)]
    assert found
    for words in found:
        check(words, monkeypatch)
