"""One experiment: its question, how it is set, the guess, the button that answers it, and ways on."""

from collections.abc import Callable
from html import escape
from typing import Any

import streamlit as st

from kd.charts.experiment_plan import INCLUDED, Plan, is_drawable
from kd.config import RunConfig
from kd.export.tables import accuracies_in_long_form
from kd.lab import Lab
from kd.studies.address import experiment_command, query_of
from kd.studies.experiments import following
from kd.studies.experiments.experiment import Option
from kd.studies.experiments.rows import varied
from kd.studies.shipped import differs
from kd.text.study_words import plain_value
from kd.text.translation import _, ngettext
from ui.experiments import asked as state
from ui.experiments import watch
from ui.experiments.asked import RUN, Asked
from ui.experiments.shelf import PAGE, card
from ui.live import guessing
from ui.shared import address
from ui.shared.experiment_charts import plan_of
from ui.shared.lesson import unseen_section
from ui.shared.mistaken import mistaken_lines
from ui.shared.person import person
from ui.shared.pieces import acts, moves, quiet, takes
from ui.shared.take_along import numbers_along, show_command
from ui.shared.terms import explained

FEWEST, MOST = 2, 20


def draw(lab: Lab, asked: Asked) -> None:
    """Draws all of it."""
    status = asked.running(lab).view().status if asked.seen == RUN else ""
    if status == "not started" or (asked.seen == INCLUDED and not state.is_included(asked.experiment)):
        status, asked = "", state.change(seen="")
    guess, plan = asked.experiment.guess, plan_of(asked.experiment)
    drawn = bool(guess.drawn) and not asked.seen and is_drawable(plan)
    with st.container(key="experiment_page"):
        with st.container(key="experiment_ask"):
            _question(asked)
        if drawn:
            with st.container(key="experiment_drawn"):
                unseen_section(_("Your guess"))
                st.html(f'<p class="kd kd-question">{escape(_(guess.question))}</p>')
                _draw_guess(asked, plan)
        with st.container(key="experiment_do"):
            unseen_section(_("Find out"))
            if not asked.seen and guess.choices:
                _choose_guess(asked)
            _buttons(lab, asked, status)
        if asked.seen:
            watch.follow(lab, asked, _ways_on)
        elif not drawn:
            with st.container(key="experiment_result"):
                unseen_section(_("What comes out"))
                mistaken_lines(asked.experiment)
                watch.chart(asked, None)


def _question(asked: Asked) -> None:
    found = asked.experiment
    st.page_link(PAGE, label=_("Back to the shelf"), icon=":material/arrow_back:")
    paper = found.paper
    source = _("{authors}, {section}", authors=_(paper.authors), section=_(paper.section))
    st.html(
        f'<p class="kd kd-verdict">{explained(_(found.question), "bias", "alpha", "temperature_squared")}</p>'
        f'<p class="kd kd-quiet"><a href="{escape(paper.url)}" target="_blank">{escape(source)}</a></p>'
    )


def _choose_guess(asked: Asked) -> None:
    """Draws the answers to choose from. None is chosen at first, and none has to be."""
    guess, key = asked.experiment.guess, f"experiment_guess_{asked.experiment.name}"
    words = _("Your guess is kept, and compared with what comes out. You may also skip it.")
    guessing.choose(guess, key, asked.guess, words, lambda chosen: state.change(guess=chosen))


def _draw_guess(asked: Asked, plan: Plan) -> None:
    """Draws the chart that is drawn on."""
    guessing.draw(asked.experiment.name, plan, asked.guess, lambda drawn: state.change(guess=drawn))


def _settings(asked: Asked) -> None:
    """Draws the controls, in a folded section."""
    options = asked.experiment.options
    with st.expander(_("Other repeats and settings") if options else _("More repeats, or fewer")):
        key = "experiment_seeds"
        st.session_state[key] = min(max(asked.seeds, FEWEST), MOST)
        help = _(
            "How often everything is trained, each time with other images and first weights (another "
            "seed). More take longer and say more. Verdicts are given with 5, 10 and 20."
        )
        st.slider(
            _("Repeats (seeds)"),
            FEWEST,
            MOST,
            key=key,
            on_change=acts(lambda: state.change(seeds=st.session_state[key])),
            **address.held(state.SEEDS, {"help": help}),
        )
        for name, option in options.items():
            if not option.explores:  # others move over what comes out
                _control(name, option, asked.experiment.chosen.get(name, option.default))


def _control(name: str, option: Option, value: Any) -> None:
    key, spec = f"experiment_option_{name}", option.spec
    shared: dict[str, Any] = {
        "key": key,
        "help": _(spec.help),
        "on_change": acts(lambda: state.choose(name, st.session_state[key])),
    }
    st.session_state[key] = value
    if spec.choices:
        st.selectbox(_(spec.label), list(spec.choices), format_func=spec.choice_label, **shared)
    elif isinstance(option.default, bool):
        st.toggle(_(spec.label), **shared)
    else:
        st.session_state[key] = plain_value(value)
        st.text_input(_(spec.label), **shared)


def _buttons(lab: Lab, asked: Asked, status: str) -> None:
    """Draws what can be done now: look at the included result, run it, stop, go on, guess again."""
    if moves(status):
        ends = _("Ends what is being trained. What has finished is kept.")
        others = _("Others want this experiment too, so it continues for them.")
        _button("stop", _("Stop"), ends, on_click=acts(asked.running(lab).stop, person(), others=others))
        return
    is_included = state.is_included(asked.experiment)
    if not asked.seen and is_included:
        nothing = _("Nothing is trained: the result came with the app.")
        label = _("See the included result")
        _button("included", label, nothing, acts(lambda: state.change(seen=INCLUDED)), "primary")
    trains = _("Trains what is missing of this experiment. Runs that somebody presses Train for go first.")
    if asked.seen in ("", INCLUDED):
        size, left = _size(lab, asked)
        refusal = lab.offers.refusal(state.runs(asked))
        label = _("Run it yourself ({time})", time=takes(left)) if left else _("See your own result")
        kind = "secondary" if is_included else "primary"
        _button("find_out", label, refusal or trains, acts(_start, lab, asked), kind, bool(refusal))
        quiet(refusal or size)
    elif status in ("stopped", "unfinished"):
        _button("go_on", _("Go on"), trains, acts(_start, lab, asked), "primary")
    if asked.seen:
        back = _("Goes back to the question. Nothing is lost.")
        _button("again", _("Guess again"), back, acts(lambda: state.change(seen="")))
    if asked.seen != INCLUDED:
        _settings(asked)


def _button(
    key: str,
    label: str,
    help: str,
    on_click: Callable[[], None],
    type: Any = "secondary",
    disabled: bool = False,
) -> None:
    key, shared = f"experiment_{key}", {"type": type, "disabled": disabled, "width": "stretch"}
    st.button(label, key=key, help=help, on_click=on_click, **shared)


def _start(lab: Lab, asked: Asked) -> None:
    asked.running(lab).start(person())
    state.change(seen=RUN)


def _size(lab: Lab, asked: Asked) -> tuple[str, float]:
    """Says how many runs it has, and returns about how many seconds they take."""
    runs = state.runs(asked)
    done = sum(lab.store.runs.has(config.run_id) for config in runs)
    words = _(
        "{runs}: each setting with {repeats}.",
        runs=ngettext("{count} run", "{count} runs", len(runs)),
        repeats=ngettext("{count} repeat (seed)", "{count} repeats (seeds)", asked.seeds),
    )
    return words, state.seconds(asked, done, lab)


def _ways_on(lab: Lab, asked: Asked) -> None:
    """Draws the links to Sweep and Train, the numbers, the command, and the cards of what comes next."""
    found = asked.experiment
    with st.container(horizontal=True, vertical_alignment="center", key="experiment_ways"):
        if found.sweep is not None:
            st.page_link(
                "pages/sweep.py",
                label=_("Open in Sweep"),
                icon=":material/grid_on:",
                query_params=query_of(found.sweep),
                help=_("A study that goes on from here, ready to be changed and started."),
            )
        st.page_link(
            "pages/train.py",
            label=_("Open in Train"),
            icon=":material/model_training:",
            query_params=_to_train(lab, found.setting),
            help=_("One run of this experiment, to look into, or to change."),
        )
        runs = asked.rows(None if asked.seen == INCLUDED else asked.running(lab).view())
        if len(runs):
            numbers_along(found.name, lambda: accuracies_in_long_form(runs, varied(found)))
        seeds = None if asked.seeds == found.seeds else asked.seeds
        show_command(experiment_command(found.name, seeds, found.chosen))
    title = _("Try next")
    st.html(f'<h2 class="kd kd-next">{escape(title)}</h2>')
    with st.container(key="experiment_next"):
        for each in following(found.name):
            card(each, key="_next")


def _to_train(lab: Lab, config: RunConfig) -> dict[str, str]:
    """Returns what the address of Train says of a run, or of a setting that has not been trained here."""
    if lab.store.runs.has(config.run_id):
        return {"run": config.run_id}
    return {name: plain_value(getattr(config, name)) for name in differs(config)}
