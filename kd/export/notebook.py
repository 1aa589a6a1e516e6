"""A Jupyter notebook that repeats the run in plain Keras, with the teacher and the pictures beside it."""

from typing import ClassVar

from kd.base.data_sets import MNIST, path_of
from kd.config import has_fresh_teacher
from kd.export.format import Check, Format, Material
from kd.export.plain.cells import Cell, cells
from kd.pictures.mnist import MNIST_FILE


class Notebook(Format):
    """The .ipynb, its pictures, and the teacher's .keras file unless the notebook trains the teacher itself.

    A fresh teacher of the run is trained again, unless it was trained in mixed precision, which plain Keras
    does not repeat: then it is loaded, like any other.
    """

    name = "notebook"
    suffix = ".ipynb"
    packages: ClassVar = {"nbformat": "nbformat"}

    def files(self, material: Material, model: str, name: str, check: Check) -> dict[str, bytes]:
        config, result = material.view.config, material.view.result or {}
        is_trained = has_fresh_teacher(config) and result["teacher"].get("precision", "float32") == "float32"
        teacher = None if is_trained else f"{name.removesuffix(self.suffix)}-teacher.keras"
        pictures, file = MNIST_FILE, None
        if config.data != MNIST:
            pictures = path_of(config.about_data.id) or pictures
            file = f"{name.removesuffix(self.suffix)}-pictures.npz"
        made = {
            name: _written(cells(config, result, teacher, file)),
            file or MNIST_FILE.name: pictures.read_bytes(),
        }
        return made if teacher is None else {**made, teacher: material.paths["teacher"].read_bytes()}


def _written(made: list[Cell]) -> bytes:
    """Returns the notebook as a file; cells are named by their place, so it is always the same."""
    from nbformat import v4, validate, writes

    new = {"markdown": v4.new_markdown_cell, "code": v4.new_code_cell}
    notebook = v4.new_notebook(
        cells=[new[cell.kind](cell.text, id=f"cell-{place}") for place, cell in enumerate(made, 1)],
        metadata={
            "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
            "language_info": {"name": "python"},
        },
    )
    validate(notebook)
    return writes(notebook).encode()


FORMATS = {"notebook": Notebook()}
