"""Every text that a page shows or reads out, with where it is."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from html import unescape
from html.parser import HTMLParser
from typing import Any

import pyarrow as pa
import vl_convert
from streamlit.testing.v1 import AppTest

from kd.charts.figure_file import vega

# What else Streamlit sends: names, addresses, formats, a widget's state, and what is read below.
_NOT_SHOWN = re.compile(
    "id|.*_id|autocomplete|.*key|.*url|.*hash|.*path|icon|page|query_string|color|type|.*format|tag|json|.*_content|"
    "selection_mode|selection_default|columns?_order|columns|component_name|theme|spec|data|raw_values?|mime|uuid|"
    ".*state.*"
)
# What the browser's own figures are told in codes, and the places in their sentences.
_CODES = {"channel", "code", "colours", "control", "file", "key", "kind", "line", "measure", "of", "role"}
_CODES |= {"canvas", "drawing", "networks", "others", "part", "run", "scale", "size"}
_WRITTEN = {"name", "note", "tags", "run"}
_PLACE = re.compile(r"\{\w+\}")
_MARKUP = re.compile(r":material/\w+:|\$[^$]+\$|`[^`]*`|\]\([^)]*\)")


def texts(app: AppTest) -> Iterator[tuple[str, str]]:
    """Where and what: each label, help, option, sentence, cell, text alternative, and text of a chart."""
    yield from _in_block(app._tree)


def _in_block(block: Any) -> Iterator[tuple[str, str]]:
    if getattr(block, "proto", None) is not None:
        yield from _in_message(block.type, block.proto)
    for child in block.children.values():
        yield from _in_block(child) if hasattr(child, "children") else _in_element(child)


def _in_element(element: Any) -> Iterator[tuple[str, str]]:
    proto = element.proto
    if element.type == "html":
        reader = _Reader()
        reader.feed(proto.body)
        yield "html", " ".join(reader.words)
        yield from (("html alternative", text) for text in reader.alternatives)
    elif element.type not in ("latex", "code"):  # a command is the same in every language
        yield from _in_message(element.type, proto)
    if element.type == "bidi_component" and proto.component_name == "kd_live":
        yield from (("live", _PLACE.sub("", text)) for text in _in_data(json.loads(proto.json)))
    if element.type == "vega_lite_chart":
        spec, rows = json.loads(proto.spec), pa.ipc.open_stream(proto.data.data).read_pandas()
        yield from (("chart title", text) for text in _titles(spec))
        drawn = re.findall("<text[^>]*>([^<]*)</text>", vl_convert.vegalite_to_svg(**vega(spec, rows)))
        yield from (("chart text", unescape(text)) for text in drawn)
    if element.type == "table":
        yield from (
            ("cell", str(cell)) for cell in [*element.value.columns, *element.value.to_numpy().ravel()]
        )
    if element.type == "dataframe":
        columns = json.loads(proto.columns)
        for column in columns.values():
            yield from (("heading", column[part]) for part in ("label", "help") if column.get(part))
        # what people wrote is in their own language
        table = element.value[[name for name in element.value if name in columns and name not in _WRITTEN]]
        yield from (("cell", cell) for cell in table.to_numpy().ravel() if isinstance(cell, str))


def _in_message(where: str, message: Any) -> Iterator[tuple[str, str]]:
    for field, value in message.ListFields():
        if not _NOT_SHOWN.fullmatch(field.name):
            for one in value if field.is_repeated else [value]:
                if isinstance(one, str):
                    yield f"{where} {field.name}", _MARKUP.sub(" ", one)
                elif hasattr(one, "ListFields"):
                    yield from _in_message(f"{where} {field.name}", one)


def _in_data(part: Any) -> Iterator[str]:
    if isinstance(part, dict):
        codes = {*_CODES, "values", *(["name"] if "locked" in part else [])}  # a control's is the address'
        part = [each for name, each in part.items() if name not in codes]
    if isinstance(part, list):
        for each in part:
            yield from _in_data(each)
    elif isinstance(part, str):
        yield part


def _titles(part: Any) -> Iterator[str]:
    """Titles of a chart, its axes and its tooltips."""
    if isinstance(part, dict):
        yield from (part[key] for key in ("title", "text", "subtitle") if isinstance(part.get(key), str))
        part = list(part.values())
    if isinstance(part, list):
        for each in part:
            yield from _titles(each)


class _Reader(HTMLParser):
    """Collects the words in HTML, and what a screen reader says of a picture or a bar."""

    def __init__(self) -> None:
        super().__init__()
        self.words: list[str] = []
        self.alternatives: list[str] = []
        self._in_style = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._in_style = tag in ("script", "style")
        self.alternatives += [text or "" for name, text in attrs if name in ("alt", "aria-label", "title")]

    def handle_endtag(self, tag: str) -> None:
        self._in_style = False

    def handle_data(self, data: str) -> None:
        if not self._in_style:
            self.words.append(data)
