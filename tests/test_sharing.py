"""How the tests are shared among processes: what is named there exists."""

from tests import PROJECT
from tests.sharing import LONGEST, STARTING, WITH_OTHER_PROCESSES


def test_every_file_that_begins_early_exists():
    longest = [path for names in LONGEST for path in ([names] if isinstance(names, str) else names)]
    paths = (*longest, *WITH_OTHER_PROCESSES, *STARTING)
    assert [path for path in paths if not (PROJECT / path).exists()] == []
