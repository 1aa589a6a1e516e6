"""`python -m kd data`: add a person's pictures, list the data sets, remove one."""

import json
from collections.abc import Sequence

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table

from kd.base.data_sets import About
from kd.lab.data import DataSets, check_name, name_of
from kd.pictures.data_files import read_data
from kd.store.store import Store
from kd.store.upkeep import Upkeep
from kd.text.translation import _, numeral
from kd.text.words import quoted


def add(file: str, name: str | None, classes: Sequence[str] | None, plain: bool) -> int:
    """Adds a file, and says what it holds and what was done to it; returns the exit code."""
    name = name_of(file) if name is None else name
    check_name(name)  # before a large file is read
    own = read_data(file, classes)
    about = _data_sets().keep(own, name, False if plain else None)
    print(
        _(
            "Data set {name} ({id}): {classes} classes, {train} pictures to learn from, {test} to test with.",
            name=about.name,
            id=about.id,
            classes=len(about.classes),
            train=numeral(about.train),
            test=numeral(about.test),
        )
    )
    for sentence in own.done:
        print(sentence)
    print(_placing(about))
    return 0


def listed(as_json: bool) -> int:
    """Lists all data sets; returns the exit code."""
    found = _data_sets()
    if as_json:
        for each in found.list():
            included = found.is_included(each.id)
            print(json.dumps({**json.loads(each.to_json()), "included": included}, ensure_ascii=False))
        return 0
    table = Table(box=SIMPLE_HEAD, padding=(0, 1, 0, 0), show_edge=False)
    table.add_column(_("data set"), overflow="fold")
    table.add_column(_("id"), no_wrap=True)
    for title in (_("classes"), _("to learn from"), _("to test with")):
        table.add_column(title, justify="right", no_wrap=True)
    table.add_column(_("included"), no_wrap=True)
    for each in found.list():
        counts = map(numeral, (len(each.classes), each.train, each.test))
        table.add_row(each.name, each.id, *counts, _("yes") if found.is_included(each.id) else "")
    Console().print(table)
    return 0


def remove(name: str) -> int:
    """Removes a data set; returns the exit code."""
    about = _data_sets().remove(name)
    print(_("Data set {name} has been removed.", name=quoted(about.name)))
    return 0


def _placing(about: About) -> str:
    if about.centred:
        return _("Drawings will be scaled and centred, as MNIST's digits are.")
    return _("Drawings will only be scaled, and not centred.")


def _data_sets() -> DataSets:
    store = Store()  # and no Lab, which takes longer to load than all else here
    return DataSets(store, Upkeep(store))
