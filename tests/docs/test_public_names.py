"""`make docs` renders every public name."""

import re
import subprocess
import sys

import kd
from tests import PROJECT


def test_make_docs_renders_every_public_name_without_a_warning(tmp_path):
    makefile = re.sub(r"\\\n", "", (PROJECT / "Makefile").read_text(encoding="utf-8"))
    modules = re.findall(r"^PUBLIC := (.*)$", makefile, flags=re.MULTILINE)[0].split()
    (options,) = re.findall(
        r"python (-m pdoc .*) --output-directory docs/api \$\(PUBLIC\)$", makefile, re.MULTILINE
    )
    command = [sys.executable, *options.split(), "--output-directory", str(tmp_path), *modules]
    done = subprocess.run(command, cwd=PROJECT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert "Warn:" not in done.stderr
    page = (tmp_path / "kd.html").read_text(encoding="utf-8")
    assert [name for name in kd.__all__ if f'<section id="{name}"' not in page] == []
    assert len([*tmp_path.rglob("*.html")]) == len(modules) + 1
