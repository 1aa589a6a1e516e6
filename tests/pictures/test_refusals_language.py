"""Why a picture is refused is said in the language of whoever brought it."""

import io
import threading

import pytest
from PIL import Image

from kd.pictures.drawing import decode_picture, prepared
from kd.text import translation
from tests.pseudo_language import LANGUAGE


def png(width: int, height: int) -> bytes:
    """An empty picture."""
    file = io.BytesIO()
    Image.new("L", (width, height)).save(file, "PNG")
    return file.getvalue()


def test_a_file_that_was_refused_in_one_language_is_refused_in_another(request):
    for mark in ("This is not a picture", "⟦This is not a picture"):
        with pytest.raises(ValueError, match=f"^{mark}"):
            decode_picture(b"not a picture in any language")
        request.getfixturevalue("pseudo_language")


def test_a_large_picture_is_refused_in_the_language_of_whoever_brought_it(pseudo_language, monkeypatch):
    """Another thread reads large pictures, one after the other for everybody."""
    reader = threading.current_thread()
    monkeypatch.setattr(
        translation, "_wanted", lambda: (LANGUAGE if threading.current_thread() is reader else "en",)
    )
    large = png(700, 701)
    for content, words in ((large[:-40], "The picture is damaged"), (large, "The picture is empty")):
        with pytest.raises(ValueError, match=f"^⟦{words}"):
            prepared(content)
