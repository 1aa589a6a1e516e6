"""The pages for readers: both languages say the same, figures are computed, and links into the app hold."""

from __future__ import annotations

import re
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest

from kd.config import OFFERED, RunConfig
from kd.studies.experiments import EXPERIMENTS
from tests import PROJECT
from tests.docs.documents import DOCUMENTS, text
from ui.shared.frame import PAGES

DOCS = PROJECT / "docs"
TWINS = {
    PROJECT / "README.md": PROJECT / "README.pt-BR.md",
    **{
        DOCS / name: DOCS / "pt" / name
        for name in ("learn.md", "teach.md", "class.md", "worksheet.md", "answers.md")
    },
}
LINK = re.compile(r"\]\(([^)\s]+)\)")


def bones(document: Path) -> dict[str, list]:
    """What a translation leaves as it is: the order of headings and lists, code, formulas and links."""
    said = text(document)
    code = re.findall(r"```.*?```", said, flags=re.DOTALL)
    return {
        "code": [re.sub(r" +# .*", "", block) for block in code],
        "quoted": re.findall(r"(?<!`)`[^`\n]+`(?!`)", said),
        "formulas": re.findall(r"^.*softmax\(z.*$", said, flags=re.MULTILINE),
        "outline": re.findall(
            r"^(?:#+|-|\|)(?= )", re.sub(r"```.*?```", "", said, flags=re.DOTALL), re.MULTILINE
        ),
        "links": [leads(document, link) for link in LINK.findall(said)],
        "figures": figures(said),
    }


def leads(document: Path, link: str) -> str:
    """Where a link leads, by the English name of a twin and of a picture."""
    path, mark, anchor = link.partition("#")
    if link.startswith("http") or not path:
        return link
    target = (document.parent / path).resolve()
    english = {theirs: ours for ours, theirs in TWINS.items()}.get(target, target)
    return str(english.relative_to(PROJECT)).replace("images/pt/", "images/en/") + mark + anchor


def figures(said: str) -> list[str]:
    """The figures in running text, with a point, sorted: a translation may turn a sentence round."""
    prose = LINK.sub("]", re.sub(r"```.*?```|`[^`\n]*`", "", said, flags=re.DOTALL))
    return sorted(figure.replace(",", ".") for figure in re.findall(r"\d+(?:[.,]\d+)*", prose))


@pytest.mark.parametrize("english", TWINS, ids=lambda path: path.name)
def test_twins_have_the_same_bones_and_lead_to_each_other(english):
    ours, theirs = bones(english), bones(TWINS[english])
    to_the_other = {str(english.relative_to(PROJECT))}
    ours["links"], theirs["links"] = (
        [link for link in found["links"] if link not in to_the_other] for found in (ours, theirs)
    )
    assert theirs == ours
    assert ours["links"]
    for one, other in ((english, TWINS[english]), (TWINS[english], english)):
        assert other in [(one.parent / link).resolve() for link in LINK.findall(text(one))[:1]]


@pytest.mark.parametrize("document", [DOCS / "learn.md", DOCS / "pt" / "learn.md"], ids=["en", "pt"])
def test_each_figure_is_in_the_section_that_its_paragraph_leads_to(document):
    """Sections of pages that commands write, so a figure that is computed anew goes red here."""
    held = 0
    for paragraph in re.split(r"\n\n|\n(?=- )", text(document)):
        shown = re.findall(r"(?<![\w.,])\d+[.,]\d+(?![.,]?\d{3})\b", re.sub(r"\]\([^)]*\)", "", paragraph))
        shown = [figure.replace(",", ".") for figure in shown if not re.fullmatch(r"\d+[.,]000", figure)]
        sources = "".join(
            map(section, re.findall(r"\]\(\S*?((?:studies|experiments)\.md#[^)]+)\)", paragraph))
        )
        known = re.findall(r"\d+\.\d+", sources)
        assert [figure for figure in shown if figure not in known] == [], paragraph
        held += len(shown)
    assert held > 8


def section(link: str) -> str:
    """The section of a document that a link such as studies.md#few-images leads to."""
    name, _, anchor = link.partition("#")
    for part in re.split(r"^## ", text(DOCS / name), flags=re.MULTILINE):
        title = re.sub(r"[^\w\- ]", "", part.partition("\n")[0].lower()).replace(" ", "-")
        if title == anchor:
            return part
    raise AssertionError(f"{link} leads nowhere")


APP = "http://localhost:8501/"
LINKS = sorted(
    {link for document in DOCUMENTS for link in LINK.findall(text(document)) if link.startswith(APP)}
)


@pytest.mark.parametrize("link", LINKS, ids=lambda link: link.removeprefix(APP) or "home")
def test_a_link_into_the_app_says_what_its_page_understands(link):
    address = urlsplit(link)
    page = address.path.strip("/") or "home"
    assert page in {label.lower() for _file, label, _icon in PAGES}
    said = {
        name: values[0]
        for name, values in parse_qs(address.query, strict_parsing=bool(address.query)).items()
    }
    listed = set(re.findall(rf"^\| {page.title()} \| `(\w+)`", text(DOCS / "reference.md"), re.MULTILINE))
    fields = {name: value for name, value in said.items() if page == "train" and name in OFFERED}
    assert said.keys() - fields.keys() <= listed | {"hide", "lock", "present", "experiment"}
    assert said.get("experiment", "wrong_labels") in EXPERIMENTS
    RunConfig.from_mapping(fields)  # raises for what no run can have


def test_each_picture_is_shown_somewhere():
    shown = {
        (document.parent / link).resolve() for document in DOCUMENTS for link in LINK.findall(text(document))
    }
    assert [picture for picture in (DOCS / "images").rglob("*.png") if picture not in shown] == []


def test_there_are_links_into_the_app_and_the_readme_names_every_page():
    assert len(LINKS) > 8
    assert [label for _file, label, _icon in PAGES if label not in text(PROJECT / "README.md")] == []
