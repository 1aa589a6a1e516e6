"""What Home is built from: one picture and four voices, a guess with its answer, and the run it starts."""

from __future__ import annotations

from itertools import count
from statistics import mean

import streamlit as st

from kd.analysis.softening import HIGHEST_TEMPERATURE, LOWEST_TEMPERATURE
from kd.base.data_sets import MNIST
from kd.config import RunConfig
from kd.lab import Lab, RunView
from kd.pictures.data_sets import data_set
from kd.studies.few_images import FewImages, answer_sentence, few_images
from kd.studies.shipped import LONG
from kd.text.study_words import epochs_words
from kd.text.translation import _, numeral
from kd.text.words import percent
from ui.live import controls, views
from ui.live.live import live
from ui.pictures.ways_in import FIRST_PICTURE, test_picture, test_picture_sentence
from ui.shared import address
from ui.shared.guard import guard, guarded
from ui.shared.lesson import section
from ui.shared.markup import pixels, role
from ui.shared.pieces import verdict
from ui.shared.terms import explained

TEMPERATURE = "soft"
"""The key of T, in the session and in the address: other pages have a T of their own."""

ENDS = (50, 100)
_GUESS, _ANSWERED = "guess", "guess_answered"
ADDRESS = {
    TEMPERATURE: address.number("T", LOWEST_TEMPERATURE, HIGHEST_TEMPERATURE, instead=1.0),
    _GUESS: address.whole(_GUESS, *ENDS, instead=75),
}


def take_address() -> bool:
    """Lets the address set T and the guess; returns whether it is a link to the guess, and to that alone."""
    is_link = _GUESS not in st.session_state and {_GUESS, TEMPERATURE} & set(address.now()) == {_GUESS}
    address.take(ADDRESS)
    return is_link


def hello() -> None:
    """Introduces the app where there are no models yet."""
    st.html(f'<div class="kd kd-hello"><p>{_about()}</p></div>')


def _about() -> str:
    teacher = _("teacher")
    return _(
        "Distillation trains a small network on what a large one, the {teacher}, says of each picture: its "
        "answer and its doubts.",
        teacher=role("teacher", teacher),
    )


@st.fragment
def voices(lab: Lab, view: RunView) -> None:
    """Draws the showcase picture, and what a finished run's models say of it at the visitor's temperature."""
    with guard():
        picture, label = test_picture(FIRST_PICTURE, data_set(MNIST))
        logits = {
            model: values[FIRST_PICTURE] for model, values in lab.runs[view.run_id].test_logits().items()
        }
        with st.container(key="voices"):
            seen = pixels(picture, _("A handwritten {digit}, 28 by 28 pixels", digit=label))
            drag = _("Drag T to see them. Here T only shows; on Train, it teaches.")
            which = f'<p class="kd-quiet">{test_picture_sentence(FIRST_PICTURE, label)}</p>'
            said = f"<p>{_about()} {explained(drag, 'temperature')}</p>{which}"
            st.html(f'<div class="kd kd-hello">{seen}<div>{said}</div></div>')
            temperature = controls.temperature(
                TEMPERATURE,
                ADDRESS[TEMPERATURE],
                _("T, temperature: reveals second choices"),
                _("Divides the logits before the softmax. At 1 you see the models' own answers."),
            )
            live("voices", [temperature], [views.voices(logits, label), views.voices_sentence(logits)])


@st.fragment
def guess() -> None:
    """Draws a question with a slider, a button that answers it, and the answer on the slider's scale."""
    with guard(), st.container(key="home_guess"):
        found = few_images()
        section(_("How good is it with only {images} images?", images=numeral(found.few)))
        answered = st.session_state.get(_ANSWERED, False)
        words = _(
            "A student that learns alone from {many} images gets {enough} of new digits right after "
            "{epochs}. How many with {few}, after as many steps ({more})?",
            many=numeral(found.many),
            enough=percent(mean(found.enough), 0),
            few=numeral(found.few),
            epochs=epochs_words(found.many_epochs),
            more=epochs_words(found.few_epochs),
        )
        st.html(f'<p class="kd kd-ask">{explained(words, "epoch")}</p>')
        control = controls.hundredths(
            _GUESS,
            ENDS,
            ADDRESS[_GUESS],
            _("Your guess, in percent"),
            _("How many of the 10,000 test pictures the student gets right after so few images."),
        )
        values = live("guess", [control], [_scale(found, answered)])
        with st.container(key="guess_answer"):
            if answered:
                verdict(
                    answer_sentence(values["guess"], found, few_images(LONG)), "points", "interval", "seed"
                )
                _ways_on()
            else:
                st.button(
                    _("Show me"),
                    on_click=guarded(_answer),
                    icon=":material/visibility:",
                    help=_("Shows what came out: five repeats, in the study that comes with KD Lab."),
                )


def _answer() -> None:
    st.session_state[_ANSWERED] = True


def _ways_on() -> None:
    """Draws the ways to the map of such answers, and to Train at this setting."""
    setting = {name: address.plain(getattr(RunConfig(), name)) for name in ("train_size", "temperature")}
    images, temperature = setting.values()
    with st.container(horizontal=True, key="guess_ways"):
        st.page_link("pages/sweep.py", label=_("See where the teacher helps most"), icon=":material/grid_on:")
        label = _("Train it: {images} images, T = {T}", images=images, T=temperature)
        st.page_link("pages/train.py", label=label, icon=":material/model_training:", query_params=setting)


def _scale(found: FewImages, answered: bool) -> views.View:
    few, many = (
        _("{images} images, {epochs}", images=numeral(images), epochs=epochs_words(epochs))
        for images, epochs in ((found.few, found.few_epochs), (found.many, found.many_epochs))
    )
    title = _("Test pictures that the student gets right: a dot is one repeat (seed), a mark their mean")
    rows = [
        views.on_scale("scratch", many, found.enough),
        views.guess_on_scale(few),
        views.on_scale("scratch", few, found.alone if answered else ()),
        views.on_scale("distilled", few, found.taught if answered else ()),
    ]
    return views.scale(title, (ENDS[0] / 100, ENDS[1] / 100), rows)


def next_setting(lab: Lab) -> RunConfig:
    """Returns the standard setting with the first seed after its own whose run is not stored."""
    standard = RunConfig()
    settings = (standard.replace(seed=seed) for seed in count(standard.seed + 1))
    return next(config for config in settings if not lab.store.is_usable(config.run_id))
