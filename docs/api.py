"""Writes docs/api.md, the names for other programs, from their docstrings.

python -m docs.api
"""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import griffe
from griffe2md import ConfigDict, render_object_docs

import kd

PROJECT = Path(__file__).resolve().parent.parent
PAGE = PROJECT / "docs" / "api.md"
INTRODUCTION = """# Names for other programs

`import kd` offers the names of the first part; the others come back from them, or are passed to them.
[library.md](library.md) shows them at work, and [reference.md](reference.md) has a run's fields and what they
allow. This page is made of the docstrings, by `python -m docs.api`.
"""
OFFERED = "# Offered by `import kd`"
OTHERS = "# What comes back, and what is passed"
OTHER_NAMES = (
    "kd.lab.run.Run",
    "kd.lab.runs.Runs",
    "kd.runs.state.RunView",
    "kd.lab.studies.Studies",
    "kd.lab.study_handle.StudyHandle",
    "kd.studies.view.StudyView",
    "kd.lab.seeds.Seeds",
    "kd.lab.seeds.SeedsView",
    "kd.lab.experiments.ExperimentRun",
    "kd.lab.experiments.ExperimentView",
    "kd.studies.frame.study_frame",
    "kd.studies.verdicts.verdicts",
    "kd.distillation.soft_targets.SoftTargetDivergence",
    "kd.distillation.objectives.objective.Objective",
    "kd.distillation.objectives.objective.Outputs",
)
LOOK = ConfigDict(
    filters=["!^_"],
    members_order="alphabetical",
    inherited_members=True,
    merge_init_into_class=True,
    show_if_no_docstring=False,
    show_bases=False,
    show_object_full_path=False,
    show_root_full_path=False,
    show_root_members_full_path=False,
    show_signature_annotations=True,
    separate_signature=True,
    signature_crossrefs=False,
    summary=False,
    heading_level=2,
    line_length=100,
)


def page() -> str:
    """The page, as the docstrings are now."""
    loader = griffe.GriffeLoader(
        docstring_parser="google",
        docstring_options={"returns_multiple_items": False, "warnings": False},
        search_paths=[PROJECT],
    )
    package = loader.load("kd")
    loader.resolve_aliases()

    def described(*found: griffe.Object | griffe.Alias) -> list[str]:
        return [_plain(render_object_docs(one, LOOK, format_md=True)) for one in found]

    offered = [package[name].final_target for name in dir(kd) if not name.startswith("_")]
    others = [loader.modules_collection[path] for path in OTHER_NAMES]
    parts = [INTRODUCTION, OFFERED, *described(*offered), OTHERS, *described(*others)]
    return _formatted("\n\n".join(part.strip() for part in parts) + "\n")


def _formatted(text: str) -> str:
    """With the signatures as Ruff writes them, which formats Python in Markdown too."""
    command = [sys.executable, "-m", "ruff", "format", "--stdin-filename", PAGE.name, "-"]
    done = subprocess.run(command, input=text, capture_output=True, encoding="utf-8", check=True, cwd=PROJECT)
    return done.stdout


def _plain(text: str) -> str:
    """Types as code without links that lead nowhere here, and signatures that are not taken for programs."""
    text = re.sub(r"\[([^\[\]]*?)\]\(#[^)]*\)", r"\1", text)
    text = re.sub(
        r"<code>(.*?)</code>", lambda type_: f"`{type_[1]}`".replace("\\", ""), text, flags=re.DOTALL
    )
    text = re.sub(r"^```python$", "```pyi", text, flags=re.MULTILINE)
    text = re.sub(r"^([A-Z]+: .*?) = .*$", r"\1", text, flags=re.MULTILINE)  # a constant's long value
    # a field's default is its whole description: docs/reference.md has it in words
    text = re.sub(r"^RunConfig\(\*, alpha.*$", "RunConfig(**fields)", text, flags=re.MULTILINE)
    return re.sub(
        r'<details class="example".*?</summary>\n(.*?)</details>',
        lambda example: re.sub(r"^(?=.)", "    ", example[1], flags=re.MULTILINE),
        text,
        flags=re.DOTALL,
    )


def main() -> int:
    """Write the page."""
    PAGE.write_text(page(), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
