"""The report of a run: whole, escaped, readable in both themes, and without anything from elsewhere."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import replace
from html.parser import HTMLParser
from itertools import pairwise

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import sync_playwright

from kd.__main__ import main
from kd.export import exporting
from kd.export.report import page
from kd.lab import Lab
from kd.studies.address import train_command
from kd.studies.sure.near import near_note
from kd.text.verdicts import verdict_sentence
from kd.text.words import accuracy
from tests.browser.accessibility import TAGS
from tests.browser.chromium import bring
from tests.export.conftest import RUN
from tests.pseudo_language import unmarked

# HTML's elements without an end.
VOID = {"meta", "img"}


class Reader(HTMLParser):
    """What is on a page: its elements with their attributes, and its text outside of charts and styles."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.texts: list[str] = []
        self.feed(text)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag, attrs):
        self.elements.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert tag in VOID or self.open.pop() == tag

    def handle_data(self, data):
        if data.strip() and not {"style", "svg"} & set(self.open):
            self.texts.append(" ".join(data.split()))

    def values(self, name: str) -> list[str]:
        return [attributes[name] or "" for _tag, attributes in self.elements if name in attributes]


@pytest.fixture(scope="module")
def material(tmp_path_factory):
    lab = Lab(tmp_path_factory.mktemp("home"))
    return exporting.material(lab.store, lab.runs.view(RUN))


@pytest.fixture(scope="module")
def report(material) -> Reader:
    return Reader(page(material))


def test_it_says_what_the_run_says(report, material):
    result, said = material.view.result, " ".join(report.texts)
    assert verdict_sentence(result["comparison"], material.view.config) in report.texts
    assert near_note(material.view.config) in report.texts
    for model in ("teacher", "distilled", "scratch"):
        assert " ".join(accuracy(result[model]["test_accuracy"]).split()) in report.texts
    assert {f"{package} {version}" for package, version in material.software.items()} <= set(report.texts)
    for model in ("distilled", "scratch"):
        number = result["comparison"][f"only_{model}_right"]
        assert f"{number} pictures that only the {model} student gets right" in said
    pairs = {("Training images", "500"), ("T, temperature", "10"), ("Teacher", "Strong"), ("Epochs", "40")}
    assert pairs <= set(pairwise(report.texts))
    assert "Weight of the relations between classes" not in said  # of another objective
    charts, gained = report.values("aria-label"), 100 * result["comparison"]["difference"]
    assert any(f"Distilled is {gained:.2f} points ahead of scratch." in words for words in charts)
    assert any(words.startswith("The distilled student's loss by epoch.") for words in charts)
    assert train_command(material.view.config) in said


def test_its_pictures_are_those_that_only_one_student_reads(report, material, mnist):
    shown = [(attributes["alt"], attributes["src"]) for tag, attributes in report.elements if tag == "img"]
    assert len(shown) == 16
    captions = [text for text in report.texts if re.fullmatch(r"distilled \d, scratch \d", text)]
    for place, ((alt, address), caption) in enumerate(zip(shown, captions, strict=True)):
        number, true = map(int, re.fullmatch(r"Test picture (\d+), an? (\d)", alt).groups())
        answers = {model: int(material.logits[model][number].argmax()) for model in ("distilled", "scratch")}
        assert caption == "distilled {distilled}, scratch {scratch}".format(**answers)
        assert mnist.y_test[number] == true == answers["distilled" if place < 8 else "scratch"]
        assert address.startswith("data:image/png;base64,")


def test_nothing_comes_from_elsewhere_and_no_id_is_there_twice(report):
    assert {tag for tag, _ in report.elements} & {"script", "link", "iframe", "object", "base"} == set()
    for name in ("src", "href", "xlink:href", "action", "srcset"):
        assert all(value.startswith(("data:", "#")) for value in report.values(name)), name
    assert not [name for _tag, attributes in report.elements for name in attributes if name.startswith("on")]
    assert [value for value in report.values("content") if value.startswith("default-src 'none'")]
    # each chart is there in two themes
    assert [name for name, times in Counter(report.values("id")).items() if times > 1] == []


def test_whatever_is_filled_in_is_escaped(material):
    text = page(replace(material, software={"<script>alert(1)</script>": "\"'&<b>"}))
    assert "<script" not in text
    assert "&lt;script&gt;alert(1)&lt;/script&gt; &#34;&#39;&amp;&lt;b&gt;" in text


def test_it_is_in_the_readers_language(material, pseudo_language):
    read = Reader(page(material))
    assert read.elements[0] == ("html", {"lang": "xx"})
    labels = [named["aria-label"] or "" for tag, named in read.elements if tag == "figure"]
    source = re.escape(material.view.config.objective_class.source)
    known = rf"\b(KD Lab|MNIST|{source}|python -m kd train|(python|keras|numpy|tensorflow|kd-lab) [\d.]+)"
    left = [re.sub(known, "", unmarked(text)) for text in [*read.texts, *read.values("alt"), *labels]]
    units = {"B", "kB", "MB", "ms", "s"}
    words = {word for text in left for word in re.findall(r"[^\W\d_]{2,}", text)}
    assert words - units == set()


def test_the_commands_file_is_accessible_in_a_browser_fits_a_phone_and_fetches_nothing(
    material, tmp_path, monkeypatch, capsys
):
    monkeypatch.setenv("KD_HOME", str(tmp_path / "home"))
    path = tmp_path / "report.html"
    assert main(["export", RUN[:4], "--format", "report", "--output", str(path)]) == 0
    assert capsys.readouterr().out == f"{path}\n"
    assert path.read_text(encoding="utf-8") == page(material)
    address, executable, fetched = path.as_uri(), bring(), []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=executable, args=["--no-sandbox", "--disable-gpu"]
        )
        for theme in ("light", "dark"):
            # an offline context whose page's own policy does not keep axe out
            context = browser.new_context(color_scheme=theme, offline=True, bypass_csp=True)
            tab = context.new_page()
            tab.on("request", lambda request: fetched.append(request.url))
            tab.goto(address)
            shown = [figure.is_visible() for figure in tab.locator(f"figure .{theme} svg").all()]
            assert shown == [True, True]
            faults = Axe().run(tab, options={"runOnly": list(TAGS)}).response["violations"]
            assert [(fault["id"], fault["nodes"][0]["html"]) for fault in faults] == []
            tab.set_viewport_size({"width": 390, "height": 844})
            assert tab.evaluate("document.documentElement.scrollWidth") == 390
        browser.close()
    assert {url for url in fetched if not url.startswith("data:")} == {address}
