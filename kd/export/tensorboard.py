"""Logs for TensorBoard: what the training of each model of a run showed, epoch by epoch, and its setting.

TensorBoard's own package writes them: it needs neither TensorFlow nor PyTorch for that.
"""

import io
from collections.abc import Iterator
from typing import Any, ClassVar

from kd.config import MODELS
from kd.export.format import Check, Format, Material
from kd.runs.state import RunView

# Number of an epoch event → its tag; what stands before the slash is one section of TensorBoard's page.
TAGS = {
    "loss": "loss/total",
    "student_loss": "loss/labels",
    "distillation_loss": "loss/teacher",
    "accuracy": "accuracy/training",
    "val_accuracy": "accuracy/test",
}


class TensorBoard(Format):
    """A folder for each of the three models, which TensorBoard shows as runs.

    A teacher that was trained before has its accuracy alone, at the first and the last epoch. Times count
    from when the run was asked for, as if only the epochs had taken any.
    """

    name = "tensorboard"
    suffix = ""
    packages: ClassVar = {"tensorboard": "tensorboard"}
    is_folder = True

    def files(self, material: Material, model: str, name: str, check: Check) -> dict[str, bytes]:
        created = material.view.created
        made = {}
        for each in MODELS:
            check()
            made[f"{name}/{each}/events.out.tfevents.{created:.0f}.kd-lab"] = _events(material.view, each)
        return made


def _events(view: RunView, model: str) -> bytes:
    """Returns the file of one model's events."""
    from tensorboard.compat.proto.event_pb2 import Event
    from tensorboard.plugins.hparams.summary_v2 import hparams_pb
    from tensorboard.plugins.scalar.summary_v2 import scalar_pb
    from tensorboard.summary.writer.record_writer import RecordWriter

    file, time = io.BytesIO(), view.created
    writer = RecordWriter(file)
    setting = {**view.config.to_dict(), "model": model}
    start = hparams_pb(setting, trial_id=f"{view.run_id}-{model}", start_time_secs=time)
    for event in (Event(wall_time=time, file_version="brain.Event:2"), Event(wall_time=time, summary=start)):
        writer.write(event.SerializeToString())
    for epoch, seconds, numbers in _epochs(view, model):
        time += seconds
        for tag, value in numbers.items():
            event = Event(wall_time=time, step=epoch, summary=scalar_pb(tag, value))
            writer.write(event.SerializeToString())
    return file.getvalue()


def _epochs(view: RunView, model: str) -> Iterator[tuple[int, float, dict[str, float]]]:
    """Yields each epoch, its seconds, and its numbers by tag."""
    events = [event for event in view.history if event["model"] == model]
    if not events:
        accuracy: Any = (view.result or {})[model]["test_accuracy"]
        yield from (
            (epoch, 0.0, {TAGS["val_accuracy"]: accuracy}) for epoch in sorted({1, view.config.epochs})
        )
    for event in events:
        numbers = {tag: event[name] for name, tag in TAGS.items() if event.get(name) is not None}
        yield event["epoch"], event.get("seconds", 0.0), numbers


FORMATS = {"tensorboard": TensorBoard()}
