"""`python -m kd predict`: three models' answers to a picture, as on Draw, or to the drawings of a class."""

import json
from pathlib import Path

from kd.base.unusable import Unusable
from kd.cli.run_name import finished_run
from kd.pictures.drawing import to_field, to_mnist
from kd.pictures.picture_file import MAX_BYTES, decode_picture, refuse_without_warnings
from kd.store.store import Store
from kd.text.reasons import reason_of
from kd.text.translation import _, ngettext, numeral
from kd.text.words import NAMES, quoted

# Of more classes, the most likely ones are shown.
_COLUMNS = 10


def predict(run: str, image: str, as_json: bool) -> int:
    """Prints each model's probabilities; returns the exit code."""
    refuse_without_warnings()
    pixels = decode_picture(_content(Path(image)))
    store = Store()
    run_id = finished_run(store, run)
    # after most of what can be refused: the lab takes longer to load than all before it
    from kd.lab import Lab

    asked = Lab(store.home).runs[run_id]
    about = asked.config.about_data
    found, classes = asked.predict((to_mnist if about.centred else to_field)(pixels)), about.classes
    probabilities = {name: values[0] for name, values in found.items()}
    if as_json:
        answers = {
            name: {
                "digit": int(values.argmax()),
                "class": classes[values.argmax()],
                "probabilities": [float(v) for v in values],
            }
            for name, values in probabilities.items()
        }
        print(json.dumps({"run": run_id, "image": image, "predictions": answers}))
        return 0
    import numpy as np
    from rich.box import SIMPLE_HEAD
    from rich.console import Console
    from rich.table import Table

    # narrow enough for a terminal of 80 columns
    table = Table(
        title=_("Run {run}: probabilities in percent", run=run_id), box=SIMPLE_HEAD, padding=(0, 1, 0, 0)
    )
    table.add_column(_("model"), no_wrap=True)
    table.add_column(_("answer"), justify="right", no_wrap=True)
    likely = np.argsort(-np.max(list(probabilities.values()), axis=0), kind="stable")[:_COLUMNS]
    shown = sorted(likely.tolist())
    for number in shown:
        table.add_column(classes[number], justify="right", no_wrap=True)
    for name, values in probabilities.items():
        percents = (numeral(100 * values[number], ".1f") for number in shown)
        table.add_row(_(NAMES[name]), classes[values.argmax()], *percents)
    Console().print(table)
    return 0


def predict_drawings(run: str, name: str, as_json: bool) -> int:
    """Prints how many drawings of a class each model reads; returns the exit code."""
    store = Store()
    kept = store.drawings[name]
    pictures, digits, hands = kept.pictures, kept.digits, kept.hands
    run_id = finished_run(store, run)
    from kd.classes.digits import readings
    from kd.lab import Lab

    found = readings(digits, hands.tolist(), Lab(store.home).runs[run_id].predict(pictures))
    drawn, people = len(digits), len(set(hands.tolist()))
    if as_json:
        numbers = {
            model: {"right": int(each.right.sum()), "low": each.low, "high": each.high}
            for model, each in found.items()
        }
        of = {"run": run_id, "drawings": name, "count": drawn, "people": people}
        print(json.dumps({**of, "readings": numbers}))
        return 0
    from rich.box import SIMPLE_HEAD
    from rich.console import Console
    from rich.table import Table

    title = _(
        "Run {run}: {drawings} by {people}",
        run=run_id,
        drawings=ngettext("{count} drawing", "{count} drawings", drawn),
        people=ngettext("{count} person", "{count} people", people),
    )
    table = Table(title=title, box=SIMPLE_HEAD, padding=(0, 1, 0, 0))
    table.add_column(_("model"), no_wrap=True)
    for heading in (_("reads"), _("in percent"), _("95 % interval")):
        table.add_column(heading, justify="right", no_wrap=True)
    for model, each in found.items():
        share, low, high = (numeral(100 * value, ".1f") for value in (each.share, each.low, each.high))
        interval = _("{low} to {high}", low=low, high=high)
        table.add_row(_(NAMES[model]), numeral(int(each.right.sum())), share, interval)
    Console().print(table)
    return 0


def _content(path: Path) -> bytes:
    """Returns the file's bytes, or as many as show that it is too large."""
    try:
        with path.open("rb") as file:
            return file.read(MAX_BYTES + 1)
    except (OSError, ValueError) as error:  # ValueError for a null byte in the name
        raise Unusable(
            "{path} cannot be read ({reason}): give the path of a picture.",
            path=quoted(str(path)),
            reason=reason_of(error),
        ) from None
