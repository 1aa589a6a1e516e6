"""Draw: a digit drawn by hand, and what each of three models says it is."""

import streamlit as st

from kd.text.translation import _
from ui.draw.answers import SOFTEN_PARAMETER, answers
from ui.draw.drawings import last_drawings, remembered
from ui.draw.explore_drawing import distances, look_closer
from ui.pictures import ways_in
from ui.shared import address, lessons
from ui.shared.frame import page
from ui.shared.headings import section, unseen_section
from ui.shared.markup import literal
from ui.shared.run_choice import choose_finished_run
from ui.shared.server import lab
from ui.shared.shown import finished_run
from ui.train.playback import play_picture

ADDRESS = {
    "way": ways_in.WAY_PARAMETER,
    "picture": ways_in.PICTURE_PARAMETER,
    "soften": SOFTEN_PARAMETER,
}


def picture(way: str, run_id: str) -> ways_in.Given:
    if way == "test":
        return ways_in.chosen(lab().test_logits(run_id)["teacher"])
    return ways_in.uploaded() if way == "upload" else ways_in.drawn()


with page("Draw"):
    address.take(ADDRESS)
    asked, finished, instead_of = finished_run(lab())
    if asked is None:
        st.write(_("There are no models to ask yet. They appear when the first run has finished."))
        st.page_link("pages/train.py", label=_("Train the first run"), icon=":material/model_training:")
        st.stop()
    left, right = st.columns([1, 2.4], gap="large")
    with left:
        unseen_section(_("Picture"))
        way = address.choose(
            st.segmented_control,
            _("Picture"),
            ways_in.WAY_PARAMETER,
            key="way",
            required=True,
            help=_("Draw a digit yourself, take one of MNIST's test pictures, or upload a picture."),
        )
        given = picture(way, asked.run_id)
        shown = remembered(given)
    with right:
        unseen_section(_("Answers"))
        choose_finished_run(
            asked,
            finished,
            instead_of,
            _("Run whose models answer"),
            _("Any finished run. Its teacher and its two students answer."),
        )
        if shown.picture is None:
            st.warning(literal(shown.origin), icon=":material/info:")
        else:
            images = shown.picture[None, :, :, None]
            models = lab().models(asked.run_id)
            logits = {name: model.logits(images)[0] for name, model in models.items()}
            answers(shown, logits)
            distances(logits)
            last_drawings(given, shown, logits)
            section(_("Explore this picture"))
            look_closer(lab(), asked.run_id, shown.picture)
            play_picture(lab(), asked.run_id, shown.picture)
            lessons.draw()
