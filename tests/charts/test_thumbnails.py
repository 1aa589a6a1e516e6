"""Thumbnails: exact pixels, on a page and in a file."""

import base64
import io

import numpy as np
import pytest
from PIL import Image

from kd.charts.figure_file import figure_png
from kd.charts.thumbnails import ENLARGED, card_chart, thumbnail_chart, thumbnail_rows
from tests.charts.drawn import svg_of, without_rows


def pixels(address):
    kind, content = address.split(",", 1)
    assert kind == "data:image/png;base64"
    return np.asarray(Image.open(io.BytesIO(base64.b64decode(content))))


@pytest.mark.parametrize("kind", [np.uint8, np.float32])
def test_images_hold_the_pictures_pixels(mnist, kind):
    pictures = mnist.x_test[:2]
    given = pictures if kind is np.uint8 else pictures.astype(np.float32) / 255
    rows = thumbnail_rows(given, [0, 1], ["7", "2"])
    for address, picture in zip(rows["image"], pictures, strict=True):
        assert np.array_equal(pixels(address)[::ENLARGED, ::ENLARGED], picture)


def test_thumbnails_saved_to_a_file_need_no_network(mnist):
    rows = thumbnail_rows(mnist.x_test[:3], [5, 6, 7], ["a", "b", "c"])
    spec = without_rows(thumbnail_chart(rows, count=3))
    seen = np.asarray(Image.open(io.BytesIO(figure_png(spec, rows))).convert("L"))
    blank = np.asarray(Image.open(io.BytesIO(figure_png(spec, rows.assign(image="")))).convert("L"))
    assert (seen < 64).sum() > (blank < 64).sum() + 1000  # the pictures' black background


def test_cards_carry_every_line_about_a_picture(mnist):
    rows = thumbnail_rows(mnist.x_test[:5], range(5), [f"It is {n}\nno. {n}" for n in range(5)])
    svg = svg_of(card_chart(rows))
    assert svg.count("<image") == 5
    for number in range(5):
        assert f">It is {number}<" in svg
        assert f">no. {number}<" in svg
