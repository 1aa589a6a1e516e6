"""`make docs` makes the site: every page, link and public name, and nothing from elsewhere."""

import re
import shlex
import subprocess
import sys

import kd
from tests import PROJECT


def test_the_site_has_every_public_name_and_each_page_in_its_language_and_fetches_nothing(tmp_path):
    """Strict: mkdocs.yml makes errors of links and anchors that lead nowhere, and of pages left out."""
    makefile = (PROJECT / "Makefile").read_text(encoding="utf-8")
    (options,) = re.findall(r"^\t.*python (-m mkdocs .*)$", makefile, re.MULTILINE)
    command = [sys.executable, *shlex.split(options), "--site-dir", str(tmp_path)]
    done = subprocess.run(command, cwd=PROJECT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    names = (tmp_path / "api" / "kd.html").read_text(encoding="utf-8")
    assert [name for name in kd.__all__ if f'id="kd.{name}"' not in names] == ["__version__"]
    pages = {path: path.read_text(encoding="utf-8") for path in tmp_path.rglob("*.html")}
    fetched = r'<(?:script|img)[^>]* src="(?:https?:)?//|<link[^>]* href="(?:https?:)?//'
    assert [path for path, page in pages.items() if re.search(fetched, page)] == []
    portuguese = {path for path, page in pages.items() if '<html lang="pt' in page}
    assert portuguese == {*(tmp_path / "pt").glob("*.html")}
    assert len(portuguese) > 1
