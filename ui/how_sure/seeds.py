"""Seeds added one by one: whose they are, the interval that shrinks, what one alone would have said."""

from __future__ import annotations

import math
from dataclasses import replace
from functools import cache
from html import escape

import pandas as pd
import streamlit as st

from kd.charts.sure_charts import gain_ticks
from kd.config import FIELDS, RunConfig
from kd.studies.over_seeds import MOST_SEEDS
from kd.studies.shipped import objectives_study, shipped_study
from kd.studies.sure.single_seeds import ORDERS, AddingSeeds, adding_seeds, alone_sentence, step_sentences
from kd.studies.verdicts import HELPS, HURTS, NOT_SHOWN
from kd.text.study_words import length_note, signed, verdict_word
from kd.text.translation import N_, _, ngettext
from kd.text.verdicts import seeds_words
from kd.text.words import plain
from ui.live import controls, views
from ui.live.live import live
from ui.live.views import View
from ui.shared import address, notices
from ui.shared.address import Parameter
from ui.shared.lesson import lesson
from ui.shared.markup import literal, unseen
from ui.shared.pieces import quiet
from ui.shared.run_words import setting
from ui.shared.server import lab
from ui.shared.shown import shown_run

_ROLES = {HELPS: "helps", NOT_SHOWN: "nothing", HURTS: "hurts"}

OF = address.choice(
    N_("There are no seeds of “{text}”: use {allowed}."),
    {
        "study": N_("Included study"),
        "objective": N_("One objective"),
        "run": N_("The run on Train"),
    },
)
ORDER = address.choice(
    N_("Seeds are not added by “{text}”: use {allowed}."),
    {
        "by_number": N_("As they are numbered"),
        "largest_first": N_("Largest gain first"),
        "smallest_first": N_("Smallest gain first"),
    },
)
# Fields of the included study: name in the address, value at first (there, seeds disagree), refusal.
_FIELDS = {
    "train_size": ("of_images", "10000", N_("The study has no “{text}” images: use {allowed}.")),
    "alpha": ("of_alpha", "0.1", N_("The study has no α of “{text}”: use {allowed}.")),
    "temperature": ("of_T", "10", N_("The study has no T of “{text}”: use {allowed}.")),
}
SQUARED = address.choice(
    N_("T² is with or without, not “{text}”: use {allowed}."),
    {"with": N_("with T²"), "without": N_("without T²")},
)
OBJECTIVE = address.choice(
    N_("There is no objective “{text}”: use {allowed}."),
    FIELDS["objective"].choice_labels,
)


def _number(text: str) -> int:
    """Reads how many seeds there are to be, as the control counts them: from 0 on."""
    if not text.isdecimal() or not 1 <= int(text) <= MOST_SEEDS:
        raise ValueError(
            _(
                "of_seeds must be a whole number between 1 and {most}, not “{text}”. It is set to 1.",
                most=MOST_SEEDS,
                text=notices.cut(text),
            )
        )
    return int(text) - 1


NUMBER = Parameter(_number, lambda value: str(value + 1), 0)


@cache
def _values() -> dict[str, Parameter]:
    """Returns for each field its values in the included study, in order."""
    found = {}
    for name, (_key, first, refusal) in _FIELDS.items():
        values = {plain(value): f"{value:,g}" for value in sorted(shipped_study()[name].unique().tolist())}
        found[name] = replace(address.choice(refusal, values), default=first)
    return found


def parameters() -> dict[str, Parameter]:
    """Returns what the address says of the seeds."""
    of_fields = {_FIELDS[name][0]: values for name, values in _values().items()}
    of_others = {"of_squared": SQUARED, "of_objective": OBJECTIVE, "of_seeds": NUMBER, "of_order": ORDER}
    return {"of": OF, **of_fields, **of_others}


Chosen = tuple[pd.DataFrame, str]
"""Runs of one setting with several seeds, and their name, another one after a seed has been added."""


def choose() -> Chosen | None:
    """Draws the choice of a setting; returns its runs, None where there are no two seeds."""
    of = address.choose(
        st.selectbox,
        _("Whose seeds"),
        OF,
        key="of",
        help=_("Stored runs that differ in their seed alone: of the included studies, or of a run of yours."),
    )
    if of == "run":
        return _of_run()
    return _of_objective() if of == "objective" else _of_cell()


def _of_cell() -> Chosen:
    runs, parts = shipped_study(), []
    for name, values in _values().items():
        chosen = address.choose(
            st.select_slider,
            _(FIELDS[name].label),
            values,
            key=_FIELDS[name][0],
            help=_("A value of the included study."),
        )
        runs = runs[runs[name] == float(chosen)]
        parts.append(chosen)
    squared = address.choose(
        st.segmented_control,
        _(FIELDS["temperature_squared"].label),
        SQUARED,
        key="of_squared",
        required=True,
        help=_("A value of the included study."),
    )
    runs = runs[runs["temperature_squared"] == (squared == "with")]
    _note_length(runs)
    return runs, "-".join([*parts, squared])


def _of_objective() -> Chosen:
    objective = address.choose(
        st.selectbox,
        _(FIELDS["objective"].label),
        OBJECTIVE,
        key="of_objective",
        help=_("At the default setting, with its own fields at their defaults."),
    )
    runs = objectives_study()
    _note_length(runs)
    return runs[runs["objective"] == objective], objective


def _note_length(runs: pd.DataFrame) -> None:
    first = runs.iloc[0]
    quiet(length_note(RunConfig(train_size=int(first["train_size"]), epochs=int(first["epochs"]))))


def _of_run() -> Chosen | None:
    view = shown_run(lab())
    if view is None:
        st.write(_("There is no run yet."))
        return None
    # from the first seed there is, or for one far from it, from its own
    first = view.config.replace(seed=0) if view.config.seed < MOST_SEEDS else view.config
    runs = lab().seeds.frame(first)
    st.markdown(literal(setting(first)))
    if len(runs) > 1:
        return runs, "-".join(runs["run"])
    st.write(_("Fewer than two seeds of this setting are stored. Train has buttons for more."))
    st.page_link("pages/train.py", label=_("Train more seeds"), icon=":material/model_training:")
    return None


@st.cache_data(max_entries=400, show_spinner=False)
def _added(key: str, _runs: pd.DataFrame) -> AddingSeeds:
    return adding_seeds(_runs)


def draw(runs: pd.DataFrame, key: str) -> None:
    """Draws the sentence on single seeds, the controls, and the figure that follows them."""
    added = _added(key, runs)
    seeds = len(added.single.alone)
    st.html(f'<p class="kd kd-verdict">{escape(alone_sentence(added.single))}</p>')
    number = controls.points(
        "of_seeds",
        [ngettext("{count} seed", "{count} seeds", at, count=at) for at in range(1, seeds + 1)],
        _("Number of seeds"),
        _("Adds one seed after the other, and shows what they say by then."),
        NUMBER,
    )
    order = controls.choice(
        "order",
        "of_order",
        {code: _(name) for code, name in ORDER.labels.items()},
        _("Order of the seeds"),
        _("Pick those that suit you first, and watch the interval stay narrow around what you wanted."),
        ORDER,
    )
    rows = views.saved(_seed_rows(added), f"adding-seeds-{key[:40]}-{{at}}")
    said = {order: step_sentences(steps, order) for order, steps in added.steps.items()}
    live("adding-seeds", [number, order], [{"kind": "sentence", "of": "seeds", "says": said}, rows])
    st.html(unseen(seeds_words({step.seed: step.own for step in added.steps[ORDERS[0]]})))


def _seed_rows(adding: AddingSeeds) -> View:
    """Returns each seed's gain, the mean of the first ones, and the 95 % interval of the last verdict."""
    ticks = gain_ticks(adding)
    orders = {
        order: [
            {
                "seed": step.seed,
                "code": step.says,
                "own": step.own,
                "mean": step.difference,
                "low": None if math.isnan(step.low) else step.low,
                "high": None if math.isnan(step.high) else step.high,
                "role": _ROLES[step.says],
                "words": _(
                    "Seed {seed} alone: {points} points, {says}",
                    seed=step.seed,
                    points=signed(step.own),
                    says=verdict_word(step.says),
                ),
            }
            for step in adding.steps[order]
        ]
        for order in ORDERS
    }
    decimals = 2 if any(round(tick, 1) != tick for tick in ticks) else 1
    axis = [[tick, signed(tick, decimals)] for tick in ticks]
    return {
        "kind": "seeds",
        "title": _("Gain over scratch, in points"),
        "models": [
            {"role": "distilled", "name": _("mean; 95 % interval of the verdict")},
            {"role": "one", "name": _("one seed")},
        ],
        "seeds": len(adding.single.alone),
        "xTitle": _("Number of seeds"),
        "y": {"scale": "linear", "from": ticks[0], "to": ticks[-1], "ticks": axis},
        "orders": orders,
    }


def explain() -> None:
    """Draws the lesson."""
    lesson(
        _("What another seed would have said"),
        _(
            "A seed decides which images the students learn from, their initial weights, and the order of "
            "the images. Two seeds are two equally good repetitions of the same experiment, and they differ. "
            "McNemar's test asks whether one of these two students is better on other pictures; it knows "
            "nothing of the next training. Only several seeds can say whether distillation helps at this "
            "setting, or helped this once. A verdict comes with 5, 10 and 20 seeds. Its interval also takes "
            "into account that other test pictures would give another difference; the included teacher and "
            "MNIST are fixed."
        ),
        _(
            "Take one objective, set the number of seeds to 5 and the order to “Largest gain first”, then to "
            "“Smallest gain first”. The same experiment now tells two stories. That is why seeds are chosen "
            "before anyone looks."
        ),
        r"\bar d \pm t_{n-1,\,0.975}\,"
        r"\sqrt{\frac{MS_\text{seeds} + \max(0,\,MS_\text{blocks} - MS_\text{residual})}{n\,G}}",
        _(
            r"$\bar d$: the mean over $n$ seeds of distilled minus scratch; $MS$: the mean squares of a "
            "two-way analysis of variance of seeds and $G = 20$ blocks of test pictures; $t$: Student's "
            "quantile, 2.8 for five seeds and 2.3 for ten. Student (1908), *The Probable Error of a Mean*. "
            "More in Bouthillier et al. (2021), *Accounting for Variance in Machine Learning Benchmarks*."
        ),
    )
