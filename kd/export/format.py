"""What every format of an export has: a name, a suffix, the packages that it needs, the files it makes."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import ClassVar

import numpy as np

from kd.base.places import install_command
from kd.base.unusable import Unusable
from kd.runs.state import RunView
from kd.text.words import listing

Check = Callable[[], None]
"""Called several times a second while an export is made; may raise to leave."""


@dataclass(frozen=True)
class Material:
    """What an export is made from: a finished run, and for each of its models the id, file and test logits.

    software: package → the version that the run was trained with. logits: float32 (n, classes).
    """

    view: RunView
    software: Mapping[str, str]
    model_ids: Mapping[str, str]
    paths: Mapping[str, Path]
    logits: Mapping[str, np.ndarray]


class Format:
    """A way to take a run or one of its models along. Importing a format's module loads none of its packages.

    name: the code on the command line. packages: module → the package that has it. of_one_model: whether it
    holds one of the run's models, not the run. is_folder: whether its files lie in a folder of their own.
    """

    name: ClassVar[str]
    suffix: ClassVar[str]
    packages: ClassVar[Mapping[str, str]] = {}
    of_one_model: ClassVar[bool] = False
    is_folder: ClassVar[bool] = False

    def file_name(self, run_id: str, model: str) -> str:
        """Returns the name of the file where the person chose no other."""
        return f"{run_id}-{model}{self.suffix}" if self.of_one_model else f"{run_id}{self.suffix}"

    def files(self, material: Material, model: str, name: str, check: Check) -> dict[str, bytes]:
        """Returns the export's files by name, the one called `name` first, or by their paths below it.

        Raises a ValueError when this run cannot be exported so.
        """
        raise NotImplementedError

    def check_packages(self) -> None:
        """Raises ValueError when a package that the format needs is not installed."""
        missing = [package for module, package in self.packages.items() if find_spec(module) is None]
        if missing:
            raise Unusable(
                "The format {format} needs {packages}: install what exports need with `{command}`.",
                format=self.name,
                command=install_command("export"),
                packages=listing(missing),
            )
