"""What do few images cost? The visitor guesses, and five seeds answer."""

from __future__ import annotations

from html import escape

import streamlit as st

from kd.studies.few_images import FewImages, answer_sentence, few_images
from kd.studies.shipped import LONG
from kd.text.translation import _
from kd.text.words import percent
from ui.live import controls, views
from ui.live.live import live
from ui.shared.guard import guard, guarded
from ui.shared.lesson import section

ENDS = (50, 100)
_GUESS, _ANSWERED = "guess", "guess_answered"


@st.fragment
def guess() -> None:
    """A question with a slider, a button that answers it, and the answer on the slider's scale."""
    with guard():
        found = few_images()
        section(_("What do you guess {images} images cost?", images=f"{found.few:,}"))
        answered = st.session_state.get(_ANSWERED, False)
        words = _(
            "In about {steps} steps, a student that learns alone from {many} images gets {enough} of new "
            "digits right. How many does it get right with {few} images, in as many steps?",
            steps=f"{found.steps:,}",
            many=f"{found.many:,}",
            enough=percent(sum(found.enough) / len(found.enough)),
            few=f"{found.few:,}",
        )
        st.html(f'<p class="kd kd-ask">{escape(words)}</p>')
        control = controls.hundredths(
            _GUESS,
            ENDS,
            75,
            _("Your guess, in percent"),
            _("How many of the 10,000 test pictures the student gets right after so few images."),
        )
        values = live("guess", [control], [_scale(found, answered)])
        with st.container(key="guess_answer"):
            if answered:
                sentence = answer_sentence(values["guess"], found, few_images(LONG))
                st.html(f'<p class="kd kd-verdict" role="status">{escape(sentence)}</p>')
            else:
                st.button(
                    _("Show me"),
                    on_click=guarded(_answer),
                    icon=":material/visibility:",
                    help=_("Shows what five seeds of the study that comes with KD Lab say."),
                )


def _answer() -> None:
    st.session_state[_ANSWERED] = True


def _scale(found: FewImages, answered: bool) -> views.View:
    few, many = (_("{images} images", images=f"{images:,}") for images in (found.few, found.many))
    title = _("Test pictures that the student gets right; a small dot is one seed")
    rows = [
        views.on_scale("scratch", many, found.enough),
        views.guess_on_scale(few),
        views.on_scale("scratch", few, found.alone if answered else ()),
        views.on_scale("distilled", few, found.taught if answered else ()),
    ]
    return views.scale(title, (ENDS[0] / 100, ENDS[1] / 100), rows)
