"""Draw, deeper: how far each student is from its teacher, nearest training pictures, and what pixels say."""

from __future__ import annotations

import numpy as np
import streamlit as st

from kd.analysis.opinions import distances_bits
from kd.analysis.saliency import saliency
from kd.charts.saliency_chart import saliency_chart, saliency_rows
from kd.lab import NEIGHBOURS, Lab
from kd.pictures.mnist import load_mnist, to_model_input
from kd.text.words import MODELS, NAMES, listing
from ui.shared.figure import figure, save_cards
from ui.shared.guard import guard
from ui.shared.lesson import lesson
from ui.shared.markup import pixels, role

NEAREST = 6
PARTS = ("What the pixels say", "Nearest training pictures")


def distances(logits: dict[str, np.ndarray]) -> None:
    """How far each student is from its teacher on this drawing, in bits. logits: model → (10,)."""
    bits = distances_bits(logits)
    words = " and ".join(f"{role(student)} {_bits(bits[student])}" for student in MODELS[1:])
    st.html(f'<p class="kd">On this picture {words} away from what the teacher says (KL divergence).</p>')


def _bits(value: float) -> str:
    return "less than 0.01 bits" if value < 0.01 else f"{value:.2f} bits"


@st.fragment
def look_closer(lab: Lab, run_id: str, picture: np.ndarray) -> None:
    """A folded section; nothing is computed before it is opened. picture: (28, 28) in [0, 1]."""
    with guard(), st.expander("Why do they say so?", key="drawing_open", on_change="rerun") as section:
        if not section.open:
            return
        part = st.segmented_control(
            "Look at",
            PARTS,
            default=PARTS[0],
            key="drawing",
            required=True,
            help="What in the picture moves each model, or what the teacher finds most like it.",
        )
        {PARTS[0]: _pixels, PARTS[1]: _nearest}[part](lab, run_id, picture[:, :, np.newaxis])


def _pixels(lab: Lab, run_id: str, image: np.ndarray) -> None:
    models = lab.models(run_id)
    answer = int(models["teacher"].logits(image[np.newaxis])[0].argmax())
    digit = st.pills(
        "For or against a",
        range(10),
        default=answer,
        required=True,
        key=f"for_{answer}",
        help="The digit that the pixels speak for or against. It stands at the teacher's answer.",
    )
    found = saliency({model: models[model] for model in MODELS}, image, int(digit))
    for column, model in zip(st.columns(3, gap="medium"), MODELS, strict=True):
        with column:
            figure(
                f"saliency-{model}",
                saliency_chart,
                saliency_rows(found, model),
                alt=f"Heat map: what each pixel contributes to the chosen digit, {NAMES[model]}",
                file_note=f"for-{digit}",
                title=NAMES[model],
            )
    lesson(
        f"Green pixels speak for a {digit}, orange-red ones against it, on one scale for all three models. A "
        "network does not read strokes as we do: it weighs pixels, and a student of "
        f"{models['distilled'].parameters:,} parameters weighs them more coarsely than its teacher of "
        f"{models['teacher'].parameters:,}.",
        "Draw something doubtful and ask for the second-best digit instead. The pixels that turn from green "
        "to orange-red are what tells the two apart, and they are few. Of the hundred test pictures that the "
        "teacher doubts most, nearly all change their answer without the fifteen strongest.",
        r"c_p = x_p\, \frac{\partial}{\partial x_p} \Bigl( z_d - \tfrac{1}{9} \sum_{k \ne d} z_k \Bigr)",
        "$x_p$: brightness of pixel $p$; $z_d$: the logit of the chosen digit. Gradient times input: "
        "Shrikumar et al. (2016); the gradient alone: Simonyan et al. (2014), section 3.",
    )


def _nearest(lab: Lab, run_id: str, image: np.ndarray) -> None:
    with st.spinner("The teacher looks at its training pictures once: half a minute at most, and only once."):
        index = lab.neighbours(run_id)
    table = index.nearest(image, NEAREST)
    labels = [str(label) for label in dict.fromkeys(table["label"])]
    st.html(
        f'<p class="kd kd-verdict">To this teacher, your picture is most like training pictures of '
        f"{listing(labels)}.</p>"
    )
    st.html(
        f'<div class="kd kd-cards kd-low">{"".join(_card(row) for row in table.to_dict("records"))}</div>'
    )
    captions = [
        f"Label {row['label']}\nno. {row['picture']:,}\ndistance {row['distance']:.1f}"
        for row in table.to_dict("records")
    ]
    pictures = load_mnist().x_train[table["picture"]]
    save_cards("nearest-training-pictures", pictures, captions, table["picture"], "", table)
    lesson(
        "Before its last layer, the teacher turns a picture into 25,088 numbers. Pictures that are near each "
        "other there are alike to the teacher, however different their pixels: this is where it keeps what "
        f"it knows. These are the nearest of the first {NEIGHBOURS:,} training pictures at most, by plain "
        "distance.",
        "Draw something that is no digit, a star or a face. The teacher still has nearest pictures, and its "
        "answer follows them: it cannot say that it has never seen such a thing.",
        r"d(a, b) = \lVert \phi(a) - \phi(b) \rVert_2",
        "$\\phi$: the input of the teacher's last dense layer. Candidates are found along 64 principal "
        "directions, and put in order by the exact features.",
    )


def _card(row: dict) -> str:
    picture = to_model_input(load_mnist().x_train[row["picture"]][None])[0, :, :, 0]
    return (
        f"<figure>{pixels(picture, 'A training picture of this label')}"
        f"<figcaption><b>Label {row['label']}</b><br>"
        f'<span class="kd-quiet">No. {row["picture"]:,}<br>distance {row["distance"]:.1f}</span>'
        "</figcaption></figure>"
    )
