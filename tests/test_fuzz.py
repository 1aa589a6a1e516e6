"""Whatever is typed, drawn or sent gives a value or one sentence, and never anything else."""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays
from PIL import Image

from kd.config import FIELD_TYPES, FIELDS, RunConfig
from kd.distillation.distiller import Distiller
from kd.distillation.objectives.objective import checked_alpha, checked_temperature
from kd.pictures.drawing import to_mnist
from kd.pictures.mnist import load_mnist
from kd.pictures.picture_file import decode_picture
from kd.teachers.shipped import shipped_teacher_path
from tests.pictures.test_picture_file import encoded
from ui.shared.person import _token

pytestmark = pytest.mark.filterwarnings("ignore")
quickly = settings(max_examples=200)

anything = st.one_of(
    st.text(max_size=40),
    st.integers(),
    st.floats(),
    st.booleans(),
    st.none(),
    st.binary(max_size=8),
    st.lists(st.integers(), max_size=2),
    st.sampled_from(["nan", "-inf", "1e999", "٣", "0x10", "1_000", " 5 ", "true", "None", "../..", "\0"]),
)


def outcome(action: Callable[[], Any]) -> tuple[Any, str | None]:
    """An action's value and None, or None and its one sentence. Any other error passes through."""
    try:
        return action(), None
    except ValueError as error:
        return None, str(error)


@pytest.mark.parametrize("name", FIELDS)
@settings(max_examples=50)
@given(value=anything)
def test_a_field_takes_a_value_within_its_bounds_or_says_what_is_allowed(name, value):
    spec = FIELDS[name]
    config, refusal = outcome(lambda: RunConfig.from_mapping({name: value}))
    if refusal is not None:
        assert refusal.startswith(f"{name} must be ")
        assert refusal.endswith(".")
        return
    kept = getattr(config, name)
    assert type(kept) is FIELD_TYPES[name]
    if spec.choices:
        assert kept in spec.choices or (spec.stored and len(kept) == 12)
    elif spec.digits:
        assert set(kept) < set("0123456789")
    elif FIELD_TYPES[name] is not bool:
        assert math.isfinite(kept)
        assert spec.minimum <= kept <= spec.maximum
    assert len(config.run_id) == 12


@pytest.mark.parametrize("name", [name for name, spec in FIELDS.items() if spec.minimum is not None])
def test_the_ends_of_a_controls_range_are_taken_and_nothing_beyond(name):
    spec, kind = FIELDS[name], FIELD_TYPES[name]
    others = {} if name == "alpha" else {"alpha": 0.0}
    for end in (kind(spec.minimum), kind(spec.maximum)):
        config = RunConfig.from_mapping({**others, name: end})
        assert getattr(config, name) == end
        assert config == RunConfig.from_mapping({**others, name: str(end)})
        assert config == RunConfig.from_mapping(config.to_dict())
    for beyond in (spec.minimum - 1, spec.maximum + 1, math.inf):
        with pytest.raises(ValueError, match=rf"{name} must be"):
            RunConfig.from_mapping({name: beyond})


STROKE = np.kron(np.eye(8, dtype=np.uint8) * 255, np.ones((4, 4), np.uint8))
COLOURED = Image.fromarray(STROKE).convert("RGB")
FILES = [
    encoded(COLOURED.quantize(2), "PNG", transparency=0),
    encoded(COLOURED.convert("RGBA"), "PNG"),
    *(encoded(COLOURED, kind) for kind in ("JPEG", "WEBP", "BMP", "GIF")),
]


def digit_or_sentence(pixels: Callable[[], np.ndarray]) -> None:
    picture, refusal = outcome(lambda: to_mnist(pixels()))
    if refusal is not None:
        assert re.fullmatch(r"[A-Z].{5,200}\.", refusal, flags=re.DOTALL)
        return
    assert (picture.shape, picture.dtype) == ((28, 28), np.float32)
    assert 0 <= picture.min() <= picture.max() == 1


@quickly
@given(st.data())
def test_a_picture_with_changed_bytes_and_a_lost_end_is_a_picture_or_a_sentence(data):
    content = bytearray(data.draw(st.sampled_from(FILES)))
    for _ in range(data.draw(st.integers(1, 8))):
        content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
    kept = bytes(content[: data.draw(st.sampled_from([len(content), len(content) // 2]))])
    digit_or_sentence(lambda: decode_picture(kept))


shapes = st.one_of(
    arrays.array_shapes(min_dims=2, max_dims=2, max_side=40),
    st.tuples(st.integers(1, 40), st.integers(1, 40), st.sampled_from([3, 4])),
)


@quickly
@given(arrays.arrays(np.uint8, shapes))
def test_any_pixels_are_a_digit_or_a_sentence(pixels):
    pixels.flags.writeable = False
    digit_or_sentence(lambda: pixels)


@quickly
@given(st.one_of(st.text(max_size=60), st.lists(st.text("0123456789abcdef", max_size=8)).map("|".join)))
@example("2||aabb|1")
def test_any_cookie_names_a_person_or_nobody(cookie):
    token = _token(cookie)
    assert token is None or isinstance(token, bytes)


@quickly
@given(st.binary(min_size=16, max_size=16), st.binary(min_size=4, max_size=4))
def test_a_browser_keeps_its_name_under_every_mask(token, mask):
    masked = bytes(byte ^ mask[i % 4] for i, byte in enumerate(token))
    assert _token(f"2|{mask.hex()}|{masked.hex()}|1700000000") == token


@pytest.mark.parametrize(
    "endless", ["1" * 100_000, 10**5000, list(range(100_000))], ids=["text", "integer", "list"]
)
def test_no_message_quotes_an_endless_value(endless):
    for ask in (
        load_mnist().train,
        shipped_teacher_path,
        lambda value: Distiller(student=value),
        lambda value: checked_temperature(value),
        lambda value: checked_alpha(value),
        *(lambda value, name=name: RunConfig.from_mapping({name: value}) for name in FIELDS),
    ):
        with pytest.raises(ValueError) as refused:  # noqa: PT011 - its length is checked below
            ask(endless)
        assert len(str(refused.value)) < 200
