"""Draw: one picture, drawn, chosen or uploaded, and what three models make of it."""

import numpy as np
import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from kd.pictures.data_sets import DataSet, data_set
from kd.text.translation import _
from ui.draw import looks, why
from ui.draw.drawings import last_drawings, remembered
from ui.pictures import ways_in
from ui.shared import address
from ui.shared.figure import computed
from ui.shared.frame import page
from ui.shared.lesson import section, unseen_section
from ui.shared.markup import literal
from ui.shared.server import lab
from ui.shared.shown import choose_finished_run, finished_run
from ui.shared.terms import glossary
from ui.train.playback import play_picture

ADDRESS = {
    "way": ways_in.WAY_PARAMETER,
    "picture": ways_in.PICTURE_PARAMETER,
    "pen": ways_in.PEN_PARAMETER,
    "view": looks.LOOK,
    "T": looks.TEMPERATURE,
    "log": looks.LOG,
    "pull_alpha": looks.ALPHA,
    "pull_squared": looks.SQUARED,
    "pulled_student": looks.STUDENT,
    "drawing": why.PART,
}
PLACES = ("picture", "looks", "tools", "more")


def given_in(way: str, run_id: str, tools: DeltaGenerator, data: DataSet) -> ways_in.Seen:
    if way == "test":
        logits = lab().runs[run_id].test_logits()["teacher"]
        return ways_in.chosen(tools, run_id, logits, lab().drawings, data)
    return ways_in.uploaded(data) if way == "upload" else ways_in.drawn(tools, data)


def answers_to(shown: ways_in.Given, run_id: str) -> dict[str, np.ndarray]:
    """Returns model → its logits (classes,): those of test pictures are stored, and others computed once."""
    run = lab().runs[run_id]
    if shown.number is not None:
        return {model: logits[shown.number] for model, logits in run.test_logits().items()}

    def answers() -> dict[str, np.ndarray]:
        images = shown.picture[None, :, :, None]
        return {name: model.logits(images)[0] for name, model in run.models().items()}

    return computed(run_id, "answers", shown.picture, _compute=answers)


with page("Draw"):
    address.take(ADDRESS)
    asked = finished_run(
        lab(), _("There are no models to ask yet. They appear when the first run has finished.")
    )
    data = data_set(asked.config.data)
    with st.container(key="draw_page"):
        # four places: the stylesheet puts the first two beside each other, or on a phone all below each other
        given_place, looks_place, tools, more = (st.container(key=f"draw_{name}") for name in PLACES)
    # an empty container would have no room yet
    with given_place:
        unseen_section(_("Picture"), f"kd-way-{st.session_state['way']}")
    with looks_place:
        unseen_section(_("What the models make of it"), f"kd-view-{st.session_state['view']}")
    with given_place:
        way = address.choose(
            _("Picture"),
            ways_in.WAY_PARAMETER,
            key="way",
            label_visibility="collapsed",
            help=_("Draw a picture yourself, take one of the test pictures, or upload a picture."),
        )
        given, place = given_in(way, asked.run_id, tools, data)
        shown = remembered(given)
        with place:
            looks.seen(shown, asked.run_id, way == "draw" and data.about.centred)
    logits = answers_to(shown, asked.run_id)
    with looks_place:
        if given.problem:
            st.warning(literal(given.problem), icon=":material/info:")
        look = address.choose(
            _("View"),
            looks.LOOK,
            key="view",
            label_visibility="collapsed",
            help=_("The three models' answers, all that the teacher says, or what that teaches a student."),
        )
        looks.figures(look, shown, logits, asked.config)
        glossary(*looks.TERMS[look])
    with tools:
        choose_finished_run(
            lab(),
            asked,
            _("Run whose models answer"),
            _("Any finished run. Its teacher and its two students answer."),
        )
    with more:
        last_drawings(given, shown, logits)
        section(_("Explore this picture"))
        why.look_closer(lab(), asked.run_id, shown.picture)
        play_picture(lab(), asked.run_id, shown.picture)
        looks.lesson_of(look, asked.config)
