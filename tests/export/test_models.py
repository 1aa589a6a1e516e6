"""Exported models, opened by their own runtimes here, and what docs/exports.md says of them."""

from __future__ import annotations

import hashlib
import json
import re

import numpy as np
import onnxruntime
import pytest
from ai_edge_litert.interpreter import Interpreter

from docs import exports
from docs.exports import MODELS, PAGE
from kd.base.places import DATA
from kd.config import RunConfig
from kd.export import FORMATS
from kd.export.models import INPUT
from kd.networks.numpy_model import NumpyModel
from kd.text.words import accuracy, file_size, milliseconds
from tests.docs.documents import blocks, text
from tests.export.conftest import MODEL_FORMATS, RUN

STUDENT = RunConfig().model_ids["distilled"]
PICTURES = 2_000


@pytest.fixture(scope="module")
def numpys(mnist):
    """The student's logits of the first test pictures, computed without any of the runtimes."""
    pictures, _labels = mnist.test(PICTURES)
    return NumpyModel.load(DATA / "models" / STUDENT / "model.keras").logits(pictures)


def in_keras(path, pictures):
    import keras

    return keras.saving.load_model(path, compile=False).predict(pictures, verbose=0)


def in_litert(path, pictures):
    interpreter = Interpreter(str(path))
    interpreter.allocate_tensors()
    (given,), (wanted,) = interpreter.get_input_details(), interpreter.get_output_details()
    answers = []
    for picture in pictures:
        interpreter.set_tensor(given["index"], picture[np.newaxis])
        interpreter.invoke()
        answers.append(interpreter.get_tensor(wanted["index"])[0])
    return np.stack(answers)


def in_onnxruntime(path, pictures):
    return onnxruntime.InferenceSession(path).run(None, {"pictures": pictures})[0]


RUNTIMES = {"keras": in_keras, "litert": in_litert, "litert-int8": in_litert, "onnx": in_onnxruntime}


@pytest.mark.parametrize("name", MODEL_FORMATS)
def test_a_file_gives_the_students_answers_and_what_was_measured_lies_beside_it(
    exported, numpys, mnist, name
):
    facts, content = exported.facts(name), exported.file(name).read_bytes()
    pictures, labels = mnist.test()
    logits = RUNTIMES[name](exported.file(name), pictures)
    differences = np.abs(logits[:PICTURES] - numpys)
    if name == "litert-int8":
        assert (logits[:PICTURES].argmax(axis=1) == numpys.argmax(axis=1)).mean() > 0.99
        assert differences.max() > 0.01  # it is no float model by another name
    else:
        assert differences.max() < 1e-3
    said = {"format": name, "run": RUN, "model": "distilled", "model_id": STUDENT, "input": INPUT}
    assert {key: facts[key] for key in said} == said
    assert facts["file"] == exported.file(name).name
    assert (facts["bytes"], facts["sha256"]) == (len(content), hashlib.sha256(content).hexdigest())
    assert 0.0005 < facts["milliseconds"] < 50
    right = (logits.argmax(axis=1) == labels).mean()
    assert facts["accuracy"]["exported"] == pytest.approx(right, abs=1e-4)
    record = json.loads((DATA / "runs" / RUN / "record.json").read_text(encoding="utf-8"))
    assert facts["accuracy"]["original"] == record["result"]["distilled"]["test_accuracy"]
    assert facts["trained_with"] == record["software"]
    assert facts["same_answers"] > (0.99 if name == "litert-int8" else 0.9999)
    assert 0 <= facts["largest_difference"]["probabilities"] <= facts["largest_difference"]["logits"]
    packages = {"litert": "ai-edge-litert", "litert-int8": "ai-edge-litert", "onnx": "onnxruntime"}
    assert {"kd-lab", "keras", "tensorflow", packages.get(name, "numpy")} <= set(facts["versions"])


def test_all_within_is_eight_bits(exported):
    interpreter = Interpreter(str(exported.file("litert-int8")))
    interpreter.allocate_tensors()
    ends = [*interpreter.get_input_details(), *interpreter.get_output_details()]
    details = [tensor for tensor in interpreter.get_tensor_details() if tensor["shape"].size]
    floats = {tensor["index"] for tensor in details if tensor["dtype"] == np.float32}
    assert floats == {tensor["index"] for tensor in ends}
    assert sum(tensor["dtype"] == np.int8 for tensor in details) >= 8
    assert exported.facts("litert-int8")["bytes"] < 0.4 * exported.facts("litert")["bytes"]


def test_the_command_says_what_it_wrote(exported):
    lines = iter(exported.said)
    for name in MODEL_FORMATS:
        facts = exported.facts(name)
        assert next(lines) == str(exported.file(name))
        assert next(lines) == f"{exported.file(name)}.json"
        assert next(lines) == (
            f"{file_size(facts['bytes'])}, {milliseconds(facts['milliseconds'])} a picture on one thread, "
            f"{accuracy(facts['accuracy']['exported'])} of the test pictures right "
            f"({accuracy(facts['accuracy']['original'])} before)."
        )
    assert list(lines) == []
    assert len(list(exported.folder.iterdir())) == 2 * len(MODEL_FORMATS)


def test_converters_and_runtimes_stay_in_processes_of_their_own(exported):
    heavy = {"tensorflow", "keras", "tf2onnx", "onnx", "onnxruntime", "ai_edge_litert", "torch"}
    assert heavy & {module.partition(".")[0] for module in exported.modules} == set()


def cells() -> dict[tuple[str, str], list[str]]:
    """(model, format) → what the page's table says of it."""
    rows = re.findall(r"^\| (Distilled|Teacher) \| `([\w-]+)` \| (.+) \|$", text(PAGE), re.M)
    return {(model.lower(), name): rest.split(" | ") for model, name, rest in rows}


def shape(said: str) -> str:
    """The page without its figures, and without where and with what they were measured."""
    return re.sub(r"(?s)Measured on: .*?\n\n", "", re.sub(r"\b\d[\d.,]*(e-\d+)?( [kM]B)?", "#", said))


def test_the_page_is_what_its_command_writes(exported, tmp_path, monkeypatch):
    facts = {(model, name): exported.facts(name) for model in MODELS for name in MODEL_FORMATS}
    monkeypatch.setattr(exports, "PAGE", tmp_path / "exports.md")
    monkeypatch.setattr(exports, "measure", lambda lab: facts)
    monkeypatch.setenv("KD_HOME", str(tmp_path))
    assert exports.main() == 0
    assert all(re.search(rf"^\| `{name}` \| ", text(PAGE), re.M) for name in FORMATS)
    assert shape((tmp_path / "exports.md").read_text(encoding="utf-8")) == shape(text(PAGE))


@pytest.mark.parametrize("name", MODEL_FORMATS)
def test_its_figures_are_those_of_an_export(exported, name):
    size, latency, kept, before, same, _difference = cells()["distilled", name]
    facts = exported.facts(name)
    assert size == file_size(facts["bytes"])
    assert float(latency) > 0
    assert (before, kept) == (
        accuracy(facts["accuracy"]["original"]),
        accuracy(facts["accuracy"]["exported"]),
    )
    assert same == accuracy(facts["same_answers"])


@pytest.mark.parametrize("block", [block for block in blocks(PAGE) if block.language == "python"], ids=str)
def test_its_code_reads_digits(block, exported, tmp_path, monkeypatch, capsys):
    for path in exported.folder.iterdir():
        (tmp_path / path.name).symlink_to(path)
    (tmp_path / "data").symlink_to(DATA)
    monkeypatch.chdir(tmp_path)
    exec(compile(block.code, str(PAGE), "exec"), {})
    assert re.findall(r"\d", capsys.readouterr().out) == ["7", "2", "1", "0", "4"]
