"""Draw: a digit drawn by hand, and what each of three models says it is."""

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from kd.text.translation import _
from ui.draw.answers import SOFTEN_PARAMETER, answers, distances, draw_lesson, look_closer
from ui.draw.drawings import last_drawings, remembered
from ui.pictures import ways_in
from ui.pictures.ways_in import take_along
from ui.shared import address
from ui.shared.frame import page
from ui.shared.lesson import section, unseen_section
from ui.shared.markup import literal
from ui.shared.server import lab
from ui.shared.shown import choose_finished_run, finished_run
from ui.train.playback import play_picture

ADDRESS = {
    "way": ways_in.WAY_PARAMETER,
    "picture": ways_in.PICTURE_PARAMETER,
    "soften": SOFTEN_PARAMETER,
}
PLACES = ("picture", "answers", "tools", "more")


def picture(way: str, run_id: str, tools: DeltaGenerator) -> ways_in.Given:
    if way == "test":
        return ways_in.chosen(lab().runs[run_id].test_logits()["teacher"])
    return ways_in.uploaded() if way == "upload" else ways_in.drawn(tools)


with page("Draw"):
    address.take(ADDRESS)
    asked = finished_run(
        lab(), _("There are no models to ask yet. They appear when the first run has finished.")
    )
    with st.container(key="draw_page"):
        # four places: the stylesheet puts the first two beside each other, or on a phone all below each other
        given_place, said_place, tools, more = (st.container(key=f"draw_{name}") for name in PLACES)
    # an empty container would have no room yet
    with given_place:
        unseen_section(_("Picture"), f"kd-way-{st.session_state['way']}")
    with said_place:
        unseen_section(_("Answers"))
    with given_place:
        way = address.choose(
            st.segmented_control,
            _("Picture"),
            ways_in.WAY_PARAMETER,
            key="way",
            required=True,
            help=_("Draw a digit yourself, take one of MNIST's test pictures, or upload a picture."),
        )
        given = picture(way, asked.run_id, tools)
        shown = remembered(given)
    images = shown.picture[None, :, :, None]
    logits = {name: model.logits(images)[0] for name, model in lab().runs[asked.run_id].models().items()}
    with said_place:
        if given.problem:
            st.warning(literal(given.problem), icon=":material/info:")
        answers(shown, logits)
    with tools:
        choose_finished_run(
            lab(),
            asked,
            _("Run whose models answer"),
            _("Any finished run. Its teacher and its two students answer."),
        )
    with more:
        distances(logits)
        if st.button(
            _("See its dark knowledge"),
            icon=":material/dark_mode:",
            help=_("Takes this picture along, to see what the teacher finds similar to it."),
        ):
            take_along(shown)
            address.go_to("pages/dark_knowledge.py")
        last_drawings(given, shown, logits)
        section(_("Explore this picture"))
        look_closer(lab(), asked.run_id, shown.picture)
        play_picture(lab(), asked.run_id, shown.picture)
        draw_lesson()
