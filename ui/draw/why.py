"""Why three models answer a picture as they do: telling pixels, and similar training pictures."""

from __future__ import annotations

from html import escape

import numpy as np
import streamlit as st

from kd.analysis.saliency import saliency
from kd.lab import Lab
from kd.lab.runs import NEIGHBOURS
from kd.pictures.data_sets import DataSet, data_set
from kd.pictures.mnist import to_model_input
from kd.pictures.training_set import places
from kd.text.chart_words import saliency_words
from kd.text.translation import N_, _, numeral
from kd.text.words import MODELS, listing
from ui.live import views
from ui.live.live import live
from ui.shared import address
from ui.shared.figure import framed, save_cards
from ui.shared.guard import guard
from ui.shared.lesson import lesson
from ui.shared.markup import pixels

_NEAREST = 6
PART = address.choice(
    N_("There is nothing called “{text}” to look at: use {allowed}."),
    {"pixels": N_("What the pixels say"), "nearest": N_("Nearest training pictures")},
)
_COARSELY = N_(
    "A student with {student} parameters weighs them more coarsely than its teacher with {teacher}."
)
_SIZES = N_("This student has {student} parameters to weigh them with, its teacher {teacher}.")


@st.fragment
def look_closer(lab: Lab, run_id: str, picture: np.ndarray) -> None:
    """Draws a folded section that computes nothing until it is opened. picture: (28, 28)."""
    with guard(), st.expander(_("Why these answers?"), key="drawing_open", bind="query-params") as section:
        if not section.open:
            return
        part = address.choose(
            _("Show"),
            PART,
            key="drawing",
            help=_(
                "Which pixels sway each model, or which training pictures the teacher finds most similar."
            ),
        )
        {"pixels": _pixels, "nearest": _nearest}[part](lab, run_id, picture[:, :, np.newaxis])


def _pixels(lab: Lab, run_id: str, image: np.ndarray) -> None:
    models = lab.runs[run_id].models()
    answer = int(models["teacher"].logits(image[np.newaxis])[0].argmax())
    classes = lab.runs[run_id].config.about_data.classes
    name = f"for_{answer}"
    digit = address.kept(
        address.whole(name, 0, len(classes) - 1, answer),
        st.pills,
        _("For or against which class?"),
        range(len(classes)),
        wrap=True,
        required=True,
        key=name,
        format_func=lambda number: classes[number],
        help=_("The class that the pixels speak for or against. At first, this is the teacher's answer."),
    )
    found = saliency({model: models[model] for model in MODELS}, image, int(digit))
    figures = []
    for model, contributions in found.contributions.items():
        words = saliency_words(contributions, model, classes[digit])
        one = contributions[np.newaxis, :, :, np.newaxis, np.newaxis]  # one point in time, one filter
        shown = views.filters(model, [words], one, found.limit or 1.0, measure="contribution")
        figures.append(views.saved(shown, f"saliency-{model}-for-{digit}", "third"))
    live("saliency", [], figures, {"point": 0})
    teacher, student = (models[model].parameters for model in ("teacher", "distilled"))
    lesson(
        _("What a network looks at"),
        _(
            "Green pixels speak for {digit}, orange-red ones against it, on the same scale for all three "
            "models. A network does not read strokes as we do: it weighs pixels. {sizes}",
            digit=classes[digit],
            sizes=_(
                _COARSELY if student < teacher else _SIZES, student=numeral(student), teacher=numeral(teacher)
            ),
        ),
        _(
            "Draw something ambiguous and ask about the second-best class instead. The pixels that turn from "
            "green to orange-red are the ones that tell the two apart, and there are only a few. On MNIST, "
            "without its fifteen strongest pixels, the teacher changes its answer to nearly all of the "
            "hundred test pictures that it doubts most."
        ),
        r"c_p = x_p\, \frac{\partial}{\partial x_p} \Bigl( z_d - \tfrac{1}{n - 1} \sum_{k \ne d} z_k \Bigr)",
        _(
            "$x_p$: brightness of pixel $p$; $z_d$: the logit of the chosen class, one of $n$. Gradient "
            "times input: Shrikumar et al. (2016); the gradient alone: Simonyan et al. (2014), section 3."
        ),
        folded=True,
    )


def _nearest(lab: Lab, run_id: str, image: np.ndarray) -> None:
    with st.spinner(
        _("The teacher is looking through the training pictures, for half a minute at most and only once.")
    ):
        index = lab.runs[run_id].neighbours()
    table, config = index.nearest(image, _NEAREST), lab.runs.view(run_id).config
    table["picture"], data = places(config)[table["picture"]], data_set(config.data)
    table["label"] = [data.about.classes[label] for label in table["label"]]
    verdict = _(
        "To this teacher, the picture looks most like training pictures of {digits}.",
        digits=listing([*dict.fromkeys(table["label"])]),
    )
    head = framed("nearest-training-pictures")
    head.html(f'<p class="kd kd-verdict">{escape(verdict)}</p>')
    neighbours = table.to_dict("records")
    st.html(f'<div class="kd kd-cards kd-low">{"".join(_card(row, data) for row in neighbours)}</div>')
    captions = ["\n".join(_lines(neighbour)) for neighbour in neighbours]
    pictures = data.x_train[table["picture"]]
    with head:
        save_cards("nearest-training-pictures", pictures, captions, table["picture"], "", table)
    lesson(
        _("What the teacher finds alike"),
        _(
            "Before its last layer, the teacher turns a picture into {features} numbers. Pictures whose "
            "numbers are close look alike to the teacher, however different their pixels are: this is where "
            "it keeps what it knows. These are the closest of {count} training pictures of its student, by "
            "plain distance.",
            features=numeral(lab.runs[run_id].models()["teacher"].layers[-2].activations),
            count=numeral(min(config.train_size, NEIGHBOURS)),
        ),
        _(
            "Draw something of no class, such as a star or a face. The teacher still finds nearest "
            "pictures, and its answer follows them: it cannot say that it has never seen such a thing."
        ),
        r"d(a, b) = \lVert \phi(a) - \phi(b) \rVert_2",
        _(
            "$\\phi$: the input to the teacher's last dense layer. Candidates are found along 64 principal "
            "directions, and then ranked by all features."
        ),
        folded=True,
    )


def _card(row: dict, data: DataSet) -> str:
    picture = to_model_input(data.x_train[row["picture"]][None])[0, :, :, 0]
    label, number, distance = map(escape, _lines(row))
    seen = pixels(picture, _("Training picture with this label"))
    return (
        f"<figure>{seen}"
        f'<figcaption><b>{label}</b><br><span class="kd-quiet">{number}<br>{distance}</span>'
        "</figcaption></figure>"
    )


def _lines(row: dict) -> tuple[str, str, str]:
    return (
        _("Label {label}", label=row["label"]),
        _("No. {number}", number=numeral(row["picture"])),
        _("distance {distance}", distance=numeral(row["distance"], ".1f")),
    )
