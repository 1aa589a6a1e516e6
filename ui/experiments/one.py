"""One experiment: its question, how it is set, the guess, the button that answers it, and the answer."""

from __future__ import annotations

from collections.abc import Callable
from html import escape
from typing import Any

import streamlit as st

from kd.charts.experiment_plan import Plan, is_drawable
from kd.charts.parts import places
from kd.lab import Lab
from kd.studies.experiments.experiment import Option
from kd.text.study_words import MINUS, plain_value
from kd.text.translation import _, ngettext
from kd.text.words import duration
from ui.experiments import asked as state
from ui.experiments import mistaken_lines, stored, watch, ways_on
from ui.experiments.asked import INCLUDED, RUN
from ui.experiments.shelf import PAGE
from ui.experiments.stored import Asked
from ui.live import controls
from ui.live.live import live
from ui.shared import notices
from ui.shared.guard import guarded
from ui.shared.lesson import unseen_section
from ui.shared.person import person

_CHOICE = "experiment_guess"


def choose(asked: Asked) -> None:
    """Draw the answers to choose from. None is chosen at first, and none has to be."""
    guess = asked.experiment.guess
    codes = list(guess.choices)
    key = f"{_CHOICE}_{asked.experiment.name}"
    st.session_state[key] = asked.guess if asked.guess in codes else None
    st.radio(
        _(guess.question),
        codes,
        key=key,
        format_func=lambda code: _(guess.choices[code].label) if code in guess.choices else str(code),
        help=_("Your guess stays on the screen, and is compared with what comes out. You may also skip it."),
        on_change=guarded(_chosen),
        args=(key,),
    )


def _chosen(key: str) -> None:
    state.change(guess=st.session_state[key])


def draw_guess(asked: Asked, plan: Plan) -> None:
    """Draw the chart that is drawn on."""
    name = asked.experiment.name
    key = f"{_CHOICE}_{name}_curve"
    st.session_state[key] = list(asked.guess) if isinstance(asked.guess, tuple) else None
    axis = plan.axis
    across = list(plan.places or ())
    control = controls.curve(
        key,
        [plan.in_words(place) for place in across],
        places(across, plan.log),
        (axis.low, axis.high),
        axis.finest,
        [(tick, _tick(tick, plan.signed)) for tick in axis.ticks],
        {
            "label": plan.title,
            "help": _("Set what you expect at each place: drag in the chart, or use the arrow keys."),
            "title": _("{field} (log scale)", field=plan.x_title) if plan.log else plan.x_title,
            "hint": _("Draw your guess here."),
            "nothing": _("nothing drawn yet"),
            "of": _("Your guess at {place}", place="{place}"),
            "says": "{value}",
        },
    )
    drawn = live(f"guess-{name.replace('_', '-')}", [control], [])["curve"]
    guess = None if drawn is None else tuple(drawn)
    if guess != asked.guess:
        state.change(guess=guess)


def _tick(value: float, signs: bool) -> str:
    text = f"{value:+g}" if signs and value else f"{value:,g}"
    return text.replace("-", MINUS)


_SEEDS = "experiment_seeds"
FEWEST, MOST = 2, 20


def draw_setting(asked: Asked) -> None:
    """Draw the controls, in a folded section."""
    options = asked.experiment.options
    with st.expander(_("Other seeds and settings") if options else _("More seeds, or fewer")):
        st.session_state[_SEEDS] = min(max(asked.seeds, FEWEST), MOST)
        st.slider(
            _("Seeds"),
            FEWEST,
            MOST,
            key=_SEEDS,
            help=_(
                "How often everything is repeated: more make intervals narrower, and take longer. "
                "Verdicts are given with 5, 10 and 20."
            ),
            on_change=guarded(_seeds_chosen),
        )
        for name, option in options.items():
            if option.explores:  # it moves over what comes out
                continue
            _control(name, option, asked.experiment.chosen.get(name, option.default))


def _seeds_chosen() -> None:
    notices.clear()
    state.change(seeds=st.session_state[_SEEDS])


def _control(name: str, option: Option, value: Any) -> None:
    key, spec = f"experiment_option_{name}", option.spec
    shared: dict[str, Any] = {"key": key, "help": _(spec.help)}
    shared |= {"on_change": guarded(_option_chosen), "args": (name, key)}
    if spec.choices:
        st.session_state[key] = value
        st.selectbox(_(spec.label), list(spec.choices), format_func=spec.choice_label, **shared)
    elif isinstance(option.default, bool):
        st.session_state[key] = value
        st.toggle(_(spec.label), **shared)
    else:
        st.session_state[key] = plain_value(value)
        st.text_input(_(spec.label), **shared)


def _option_chosen(name: str, key: str) -> None:
    notices.clear()
    state.choose(name, st.session_state[key])


def draw(lab: Lab, asked: Asked) -> None:
    """Draw all of it."""
    status = stored.running(lab, asked).view().status if asked.seen == RUN else ""
    is_gone = status == "not started" or (asked.seen == INCLUDED and not stored.is_included(asked.experiment))
    if is_gone:
        status, asked = "", state.change(seen="")
    guess, plan = asked.experiment.guess, stored.plan_of(asked.experiment)
    drawn = bool(guess.drawn) and not asked.seen and is_drawable(plan)
    with st.container(key="experiment_page"):
        with st.container(key="experiment_ask"):
            _question(asked)
        if drawn:
            with st.container(key="experiment_drawn"):
                unseen_section(_("Your guess"))
                st.html(f'<p class="kd kd-question">{escape(_(guess.question))}</p>')
                draw_guess(asked, plan)
        with st.container(key="experiment_do"):
            unseen_section(_("Find out"))
            if not asked.seen and guess.choices:
                choose(asked)
            elif isinstance(asked.guess, str):
                words = _("Your guess: {guess}.", guess=_(guess.choices[asked.guess].label))
                st.html(f'<p class="kd">{escape(words)}</p>')
            _buttons(lab, asked, status)
        if asked.seen:
            watch.follow(lab, asked, status, lambda asked: ways_on.draw(lab, asked))
        elif not drawn:
            with st.container(key="experiment_result"):
                unseen_section(_("What comes out"))
                mistaken_lines.lines(asked.experiment)
                watch.chart(asked, None)


def _question(asked: Asked) -> None:
    found = asked.experiment
    st.page_link(PAGE, label=_("All experiments"), icon=":material/arrow_back:")
    paper = found.paper
    source = _("{authors}, {section}", authors=_(paper.authors), section=_(paper.section))
    st.html(
        f'<p class="kd kd-verdict">{escape(_(found.question))}</p>'
        f'<p class="kd kd-quiet"><a href="{escape(paper.url)}" target="_blank">{escape(source)}</a></p>'
    )


def _buttons(lab: Lab, asked: Asked, status: str) -> None:
    """What can be done now: find out, stop, go on, look at the included result, guess again."""
    trains = _("Trains what is missing of this experiment. Runs that somebody presses Train for go first.")
    if status in ("running", "waiting for room"):
        ends = _("Ends what is being trained. What has finished is kept.")
        _button("stop", _("Stop"), ends, _stop, lab, asked)
        return
    if not asked.seen or asked.seen == INCLUDED:
        label = _("Find out") if not asked.seen else _("Run it yourself")
        _button("find_out", label, trains, _start, lab, asked, primary=True)
        st.html(f'<p class="kd kd-quiet">{escape(_takes(lab, asked))}</p>')
    elif status in ("stopped", "unfinished"):
        _button("go_on", _("Go on"), trains, _start, lab, asked, primary=True)
    if not asked.seen and stored.is_included(asked.experiment):
        _button(
            "included",
            _("Show the included result"),
            _("Nothing is trained: the result came with the app."),
            _look_at,
            INCLUDED,
        )
    if asked.seen:
        _button("again", _("Guess again"), _("Goes back to the question. Nothing is lost."), _look_at, "")
    if asked.seen != INCLUDED:
        draw_setting(asked)


def _takes(lab: Lab, asked: Asked) -> str:
    run_ids = stored.run_ids(asked.key, asked)
    done = sum(lab.store.runs.has(run_id) for run_id in run_ids)
    seconds = stored.seconds(f"{asked.key}-{done}", lab, asked)
    takes = _("everything is stored") if not seconds else _("about {time}", time=duration(max(1.0, seconds)))
    return _(
        "{runs} with {seeds}, {takes}.",
        runs=ngettext("{count} run", "{count} runs", len(run_ids), count=len(run_ids)),
        seeds=ngettext("{count} seed", "{count} seeds", asked.seeds, count=asked.seeds),
        takes=takes,
    )


def _button(
    key: str, label: str, help: str, act: Callable[..., Any], *arguments: Any, primary: bool = False
) -> None:
    st.button(
        label,
        key=f"experiment_{key}",
        help=help,
        type="primary" if primary else "secondary",
        on_click=guarded(act),
        args=arguments,
        width="stretch",
    )


def _start(lab: Lab, asked: Asked) -> None:
    notices.clear()
    try:
        stored.running(lab, asked).start(person())
    except (ValueError, OSError) as error:
        notices.add(str(error))
        return
    state.change(seen=RUN)


def _stop(lab: Lab, asked: Asked) -> None:
    notices.clear()
    if not stored.running(lab, asked).stop(person()):
        notices.add(_("Others want this experiment too, so it continues for them."))


def _look_at(seen: str) -> None:
    notices.clear()
    state.change(seen=seen)
