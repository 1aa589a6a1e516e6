"""The list of wrong lines fits the code: each can be put in, in one place, and has tests to notice it."""

from __future__ import annotations

import pytest

from tests import PROJECT
from tests.wrong_lines import WRONG_LINES


@pytest.mark.parametrize("line", WRONG_LINES, ids=lambda line: line.mistake)
def test_a_wrong_line_can_be_put_in(line):
    code = (PROJECT / line.file).read_text(encoding="utf-8")
    assert code.count(line.right) == 1
    assert line.wrong not in code
    compile(code.replace(line.right, line.wrong), line.file, "exec")
    assert (PROJECT / line.test).is_file()
