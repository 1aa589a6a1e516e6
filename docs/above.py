"""What the site has besides this folder: the pages of the folder above it, and each page's language.

`mkdocs.yml` names this file; MkDocs calls its functions.
"""

from __future__ import annotations

import posixpath
import re
from pathlib import Path
from typing import Any

from mkdocs.structure.files import File

PROJECT = Path(__file__).resolve().parent.parent
ABOVE = {
    "README.md": "README.md",
    "README.pt-BR.md": "pt/README.md",
    "CHANGELOG.md": "CHANGELOG.md",
    "CITATION.cff": "CITATION.cff",
    "CONTRIBUTING.md": "CONTRIBUTING.md",
    "LICENSE": "LICENSE.txt",
    "data/README.md": "data/README.md",
    "ui/shared/mark.svg": "mark.svg",
}
"""Where the site has a file of the project's that is not in docs."""

_WRITTEN = {there: here for here, there in ABOVE.items()}
_LINK = re.compile(r"(?<=\]\()[^)\s:#]+(?=[)#])")


def on_files(files: Any, config: Any) -> Any:
    """Adds the files above."""
    for here, there in ABOVE.items():
        files.append(File.generated(config, there, abs_src_path=str(PROJECT / here)))
    return files


def on_page_markdown(markdown: str, page: Any, **_others: Any) -> str:
    """Has links lead within the site as they do within the project."""
    there = page.file.src_uri
    here = _WRITTEN.get(there, f"docs/{there}")

    def led(match: re.Match[str]) -> str:
        target = posixpath.normpath(posixpath.join(posixpath.dirname(here), match[0]))
        target = ABOVE.get(target, target.removeprefix("docs/"))
        return posixpath.relpath(target, posixpath.dirname(there))

    return _LINK.sub(led, markdown)


def on_page_context(context: Any, page: Any, config: Any, **_others: Any) -> Any:
    """Has the page, and what the theme writes around it, in the page's language."""
    config.theme["language"] = "pt-BR" if page.file.src_uri.startswith("pt/") else "en"
    return context
