"""One cell of a study: its verdict, the slices through it, how its students learned, and the way to Train."""

from collections.abc import Callable
from html import escape

import streamlit as st

from kd.base.unusable import Unusable
from kd.charts.run_charts import accuracy_lines, accuracy_rows
from kd.config import FIELDS, RunConfig
from kd.lab import Lab
from kd.runs.courses import COMING, KEPT, MISSING
from kd.studies.study import Study
from kd.studies.sure.near import near_note, other_length_note, why_sentence
from kd.studies.sure.single_seeds import alone_sentence, single_seeds
from kd.studies.verdicts import HELPS
from kd.text.study_words import cell_words, in_sentence, plain_value
from kd.text.translation import _
from kd.text.words import duration, sentence_case
from ui.shared import address, notices
from ui.shared.address import Parameter
from ui.shared.figure import figure
from ui.shared.guard import guarded
from ui.shared.pieces import into_sight, quiet
from ui.shared.terms import explained
from ui.sweep import map as study_map
from ui.sweep.studies import Shown, cells, choose_slice, computed_once, in_steps, made_once, number_of_cells

CELL = "cell"
"""Names the number of the cell that was touched, and in the address its values."""

_CHOICE, _TOUCHED = "sweep_cell_choice", "sweep_touched"


def parameter(shown: Shown) -> Parameter:
    """Returns what an address says of the cell: its values, as in cell=500,10."""
    names = _in_address(shown.study)

    def read(text: str) -> int:
        if text in names:
            return names.index(text)
        raise Unusable(
            "This study has no cell “{text}”: use values such as {one}.",
            text=notices.cut(text),
            one=names[0],
        )

    return Parameter(read, lambda cell: names[cell], None)


@computed_once
def _in_address(study: Study) -> list[str]:
    return [",".join(map(plain_value, cell.values())) for cell in cells(study)]


def chosen(shown: Shown) -> int | None:
    """Returns the number of the cell that is looked at: the one touched last, else where it helps most."""
    kept = st.session_state.get(CELL)
    if isinstance(kept, int) and kept < number_of_cells(shown.study):
        return kept
    if (shown.view is not None and shown.view.active) or not len(shown.table):
        return None
    helps = shown.table[shown.table["verdict"] == HELPS]
    best = (helps if len(helps) else shown.table)["difference"].astype(float)
    if best.isna().all():
        return None
    return cells(shown.study).index(shown.table.loc[best.idxmax(), list(shown.study.axes)].to_dict())


def choose(cell: int | None) -> None:
    """Looks at a cell from now on, None for the one where it helps most; the address says so."""
    st.session_state[CELL] = cell
    if cell is None:
        address.rewrite({CELL: None})


def touched() -> None:
    """Remembers the cell of the figure that has been clicked."""
    points = st.session_state[study_map.FIGURE]["selection"].get("opened") or []
    if points:
        choose(int(points[0]["cell"]))
        st.session_state[_TOUCHED] = True


def look_into(
    lab: Lab, shown: Shown, cell: int | None, open_in_train: Callable[[RunConfig, str | None], None]
) -> None:
    """Draws what there is to see of a cell."""
    with st.container(key="sweep_said"):
        describe(shown, cell)
    if st.session_state.pop(_TOUCHED, False):
        into_sight("sweep_said")
    with st.container(horizontal=True, vertical_alignment="bottom", key="sweep_cell_row"):
        choice(shown, cell)
        if cell is not None:
            config = shown.config(cell)
            if st.button(
                _("Open this setting on Train"),
                key="sweep_open",
                icon=":material/model_training:",
                help=_("Shows this cell's first run on Train, or its setting, ready to start."),
            ):
                open_in_train(config, config.run_id if lab.store.runs.has(config.run_id) else None)
        if shown.view is None:
            choose_slice()
    if cell is None:
        return
    if len(shown.study.axes) == 2:
        slices = slices_through(shown, cell)
        for place, axis, (words, here, one) in zip(
            st.columns(2, gap="large"), shown.study.axes, slices, strict=True
        ):
            with place:
                quiet(here)
                study_map.draw_slice(f"sweep-slice-{axis}", axis, words, one)
    if shown.view is not None:
        _how_they_learned(lab, shown, cell)


def choice(shown: Shown, cell: int | None) -> None:
    """Draws the list of cells, and has the address say which one was chosen."""
    names = study_map.labels(shown.study)
    st.session_state[_CHOICE] = cell
    help = _("The setting that is looked into. A touch of the map does the same.")
    st.selectbox(
        _("Cell"),
        range(len(names)),
        key=_CHOICE,
        format_func=names.__getitem__,
        placeholder=_("Choose a cell"),
        **address.held(CELL, {"help": help}),
        on_change=guarded(lambda: choose(st.session_state[_CHOICE])),
        width="stretch",
    )
    address.keep(CELL, parameter(shown), st.session_state.get(CELL))


def describe(shown: Shown, cell: int | None) -> None:
    """Says what came out in a cell, why it is hatched if it is, and what its repeats say one by one."""
    if cell is None:
        quiet(_("Touch a cell of the map to look into it."))
        return
    row, over, config = shown.row(cell), study_map.over(shown), shown.config(cell)
    said = cell_words(study_map.labels(shown.study)[cell], row, shown.failed.get(cell, ""), over)
    st.html(f'<p class="kd kd-sentence" role="status">{explained(said, "interval", "holm")}</p>')
    notes = []
    if row is not None and not over:
        notes.append(why_sentence(row, int(shown.table["p"].notna().sum())))
        notes.append(near_note(config) if row["seeds"] == 1 else _one_by_one(shown, cell))
    if shown.view is None:
        notes.append(other_length_note(config))
    quiet(" ".join(filter(None, notes)))


@made_once
def _one_by_one(shown: Shown, cell: int) -> str:
    """Says what the repeats of a cell say one by one."""
    runs = shown.repeats(cell)
    return alone_sentence(single_seeds(runs)) if len(runs) else ""


@made_once
def slices_through(shown: Shown, cell: int) -> list[tuple[str, str, study_map.Drawing]]:
    """Returns for each of two axes what the slice through the cell shows, where it is, and what is drawn."""
    found, values = [], cells(shown.study)[cell]
    for axis in values:
        (other,) = (name for name in values if name != axis)
        data = shown.table[shown.table[other] == values[other]]
        fixed = in_sentence(in_steps(shown.study, {other: values[other]}))
        words = _("Gain along {field}, {where}.", field=_(FIELDS[axis].label), where=fixed)
        here = f"{sentence_case(fixed)}."
        found.append((words, here, study_map.slice_of(data, axis, shown.study.axes[axis])))
    return found


def _how_they_learned(lab: Lab, shown: Shown, cell: int) -> None:
    """Draws a curve for each repeat, and the button that has missing looks at the test images made."""
    runs = _stored_runs(lab, shown.study, cell)
    if not runs:
        return
    states = {run_id: lab.courses.state(run_id) for run_id in runs.values()}
    known = [*states.values()].count(KEPT)
    words, (rows, arguments) = _learned(shown.study, runs, known, lab)
    figure("sweep-curves", accuracy_lines, rows, words, **arguments, height=320)
    if len(runs) > 1:
        quiet(_("Bold: {seed}. Thin: the other repeats.", seed=next(iter(runs))))
    if COMING in states.values():
        said = _(
            "Training them once more, with looks on the way: {done} of {count} repeats.",
            done=known,
            count=len(states),
        )
        st.html(f'<p class="kd kd-quiet" role="status">{escape(said)}</p>')
    elif missing := [run_id for run_id, state in states.items() if state == MISSING]:
        failures = [*filter(None, map(lab.courses.failure, missing))]
        estimate, time = lab.estimate(shown.config(cell)), ""
        if estimate is not None:
            time = " " + _("About {time}.", time=duration(max(1.0, len(missing) * estimate.students)))
        with st.container(horizontal=True, vertical_alignment="center", key="sweep_courses"):
            st.button(
                _("See how they learned"),
                key="sweep_learn",
                icon=":material/show_chart:",
                help=_(
                    "Trains these repeats again, with looks on the way, to exactly the same weights.{time}",
                    time=time,
                ),
                on_click=guarded(lab.courses.want),
                args=(missing,),
            )
            ends = _("A study looks at the test images only at the end of a training.")
            quiet(failures[-1] if failures else ends)


def curves_are_coming(lab: Lab, study: Study) -> bool:
    """Returns whether seeds of the cell that was drawn last are being trained once more."""
    cell = st.session_state.get(_CHOICE)
    if not isinstance(cell, int) or cell >= number_of_cells(study):
        return False
    return any(lab.courses.state(run_id) == COMING for run_id in _stored_runs(lab, study, cell).values())


def _stored_runs(lab: Lab, study: Study, cell: int) -> dict[str, str]:
    """Returns for each seed of a cell whose run is stored what it is called, and the run's id."""
    values = cells(study)[cell]
    configs = [study.config(values, number) for number in range(study.seeds)]
    return {
        _("Seed {seed}", seed=config.seed): config.run_id
        for config in configs
        if lab.store.runs.has(config.run_id)
    }


@made_once
def _learned(study: Study, runs: dict[str, str], known: int, _lab: Lab) -> tuple[str, study_map.Drawing]:
    """Returns what the curves show, and what is drawn; known: of how many runs the course is known."""
    views = {name: _lab.runs.view(run_id) for name, run_id in runs.items()}
    first, *others = views
    rows, axes = accuracy_rows(
        views[first].history,
        None,
        views[first].config.epochs,
        earlier={name: views[name].history for name in others},
    )
    return _("Test accuracy by epoch of {repeats}.", repeats=", ".join(views)), (rows, axes)
