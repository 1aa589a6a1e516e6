"""The table of studies: each belongs to all who want it, with the label under which they came."""

import pytest

from kd.base import owners
from kd.config import RunConfig
from kd.store.store import Store
from kd.studies.study import Study

STUDY = Study(RunConfig(), {"alpha": [0.1, 0.5]}, seeds=2)
ID = STUDY.study_id


def test_a_study_belongs_to_all_who_want_it(tmp_path):
    studies = Store(tmp_path).studies
    studies.write(STUDY, "ada", "how_small", process=owners.own_token())
    studies.write(STUDY, "bob", process=owners.own_token())
    record = studies.get(ID)
    assert Study.from_mapping(record.study) == STUDY
    assert list(record.people.items()) == [("ada", "how_small"), ("bob", "")]
    assert not studies.is_elsewhere(record)
    studies.end(ID, 3)
    after = studies.get(ID)
    assert (after.people, after.process, after.done) == (record.people, None, 3)
    studies.write(STUDY, "ada", process=owners.own_token())  # now by itself
    again = Store(tmp_path).studies.get(ID)
    assert (again.people, again.created) == ({"ada": "", "bob": ""}, record.created)


def test_the_newest_is_first_and_an_unknown_one_is_refused(tmp_path):
    studies = Store(tmp_path).studies
    other = Study(RunConfig(), {"temperature": [1.0, 4.0]})
    for each in (STUDY, other):
        studies.write(each, "")
    assert [record.study_id for record in studies.all()] == [other.study_id, ID]
    for unknown in ("0" * 12, "../x", None):
        with pytest.raises(ValueError, match="There is no study"):
            studies.get(unknown)
