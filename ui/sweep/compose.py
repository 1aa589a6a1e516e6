"""The form of a study: what varies, over how many seeds, what the rest is, and the button that starts it."""

import contextlib
from collections.abc import Mapping
from html import escape

import streamlit as st

from kd.base.data_sets import MNIST, about, known
from kd.config import FIELD_TYPES, FIELDS, OFFERED, PRESETS, RunConfig, presets_for
from kd.lab import Lab
from kd.pictures.training_set import check_size
from kd.studies.address import (
    PARAMETERS,
    SEEDS,
    STUDY,
    VARY,
    add_axis,
    axes_of,
    query_of,
    seeds_of,
    value_of,
)
from kd.studies.axes import may_vary, offered, offered_first
from kd.studies.over_seeds import STATIONS
from kd.studies.study import Study
from kd.text.study_words import plain_value
from kd.text.translation import _, ngettext
from ui.shared import address, notices
from ui.shared.guard import guarded
from ui.shared.person import person
from ui.shared.pieces import acts, quiet, takes
from ui.shared.run_words import setting
from ui.shared.server import lab
from ui.shared.shown import looked_at
from ui.sweep import cell as one_cell
from ui.sweep import studies
from ui.sweep.studies import KEYS, number_of_cells

MOST_SEEDS = 10
NONE, OWN = "", "own"
FIRST, SECOND = "sweep_first", "sweep_second"
SEEDS_KEY, BASE, _OWN_BASE, _TAKEN = "sweep_seeds", "sweep_base", "sweep_own", "sweep_taken"
OPEN, _EPOCHS, _ASKED = "sweep_form", "sweep_epochs", "sweep_asked"
_DATA = "sweep_data"
SECONDS_WITHOUT_ASKING = 3600
_DEFAULT = {FIRST: "train_size", SECOND: "temperature"}


def take_address() -> None:
    """Lets an address set the form, once; a study that is known sets what the address leaves open."""
    asked = {name: address.now()[name] for name in PARAMETERS if name in address.now()}
    if asked == st.session_state.get(_TAKEN) or (not asked and FIRST in st.session_state):
        return
    st.session_state[_TAKEN] = asked
    if VARY not in asked:
        with contextlib.suppress(ValueError):
            set_form(lab().studies.view(asked.get(STUDY, "")).study)
            return
    try:
        axes = axes_of(asked.get(VARY, ""))
        for name in axes:
            if name not in may_vary():
                Study(RunConfig(), {name: [NONE]})  # says so
        base = RunConfig.from_mapping({name: asked[name] for name in OFFERED if name in asked})
        about(base.data)  # says so where it is not here
        seeds = seeds_of(asked.get(SEEDS, str(STATIONS[0])))
        Study(base, {}, seeds)
    except ValueError as error:
        notices.add(str(error))
        axes, base, seeds = {}, RunConfig(), STATIONS[0]
    _set(axes, base, min(int(seeds), MOST_SEEDS))
    if axes and studies.shown_id(lab()) != asked.get(STUDY):
        st.session_state[OPEN] = True  # it is ready to start, and nothing of it is shown


def set_form(study: Study) -> None:
    """Sets every control as in this study; before they are drawn, or in a callback."""
    axes = {name: tuple(map(plain_value, values)) for name, values in study.axes.items() if name in OFFERED}
    hidden = {name: getattr(RunConfig(), name) for name in FIELDS if name not in OFFERED}
    _set(axes, study.base.replace(**hidden), min(study.seeds, MOST_SEEDS))


def _set(axes: Mapping[str, tuple[str, ...]], base: RunConfig, seeds: int) -> None:
    names = [*axes][:2] or [*_DEFAULT.values()]
    st.session_state[FIRST] = names[0]
    st.session_state[SECOND] = names[1] if len(names) > 1 else NONE
    for name in names:
        values = axes[name] if name in axes else map(plain_value, offered_first(name))
        st.session_state[_values_key(name)] = list(values)
    st.session_state[SEEDS_KEY] = seeds
    st.session_state[_DATA] = base.data
    # an address leaves out what varies, which a preset has
    said = {name: value for name, value in base.to_dict().items() if name not in axes}
    presets = _presets()
    like = (key for key, preset in presets.items() if said.items() <= preset.to_dict().items())
    st.session_state[BASE] = chosen = next(like, OWN)
    st.session_state[_OWN_BASE] = presets.get(chosen, base)


def current() -> Study:
    """Returns the study that the form says.

    Raises:
        ValueError: in a sentence, when that is no study.
    """
    state = st.session_state
    axes: dict[str, tuple[str, ...]] = {}
    for name in (state[FIRST], state[SECOND]):
        if name != NONE:
            add_axis(axes, name, state.get(_values_key(name), []))
            for text in axes[name]:  # a refusal calls the field as the page does
                FIELDS[name].checked(_(FIELDS[name].label), text, FIELD_TYPES[name])
    study = Study(base_of(), axes, state[SEEDS_KEY])
    for cell in study.cells():
        check_size(study.config(cell))
    return study


def base_of() -> RunConfig:
    """Returns the setting of all that does not vary.

    Raises:
        ValueError: when it is a run that has been deleted, or its data set has been.
    """
    chosen, data = st.session_state[BASE], st.session_state.get(_DATA, MNIST)
    if chosen in _presets():
        return _presets()[chosen]
    own = st.session_state[_OWN_BASE] if chosen in (OWN, *PRESETS) else lab().runs.view(chosen).config
    return own.on(data)


def _presets() -> dict[str, RunConfig]:
    """Returns the presets' settings that suit the data set chosen; none for one that is not here."""
    with contextlib.suppress(ValueError):
        return presets_for(st.session_state.get(_DATA, MNIST))
    return {}


def draw() -> None:
    """Draws the button that unfolds the form: its controls, and Start."""
    with st.popover(
        _("Make your own map"),
        key=OPEN,
        icon=":material/add:",
        on_change="rerun",
        help=_("Choose what to vary, and train a study of your own."),
    ) as form:
        if form.open:
            _controls()
            _start_button()


def _controls() -> None:
    _axis(FIRST, _("Vary"), _("What differs between the cells of the study, from left to right."))
    _axis(
        SECOND,
        _("and vary"),
        _("What differs from bottom to top. With nothing here, the study is a line, and not a map."),
    )
    st.slider(
        _("Repeats (seeds) in each cell"),
        1,
        MOST_SEEDS,
        key=SEEDS_KEY,
        persist_state="session",
        help=_(
            "A repeat is the same training with another seed: other luck. Verdicts come with 5 and with 10."
        ),
        on_change=guarded(_moved),
    )
    _data_set()
    bases = _bases()
    st.selectbox(
        _("All else as in"),
        list(bases),
        key=BASE,
        persist_state="session",
        format_func=lambda code: bases.get(code, code),
        help=_("The setting of whatever does not vary: a preset, or the run that you looked at last."),
        on_change=guarded(_base_chosen),
    )
    if base := _known_base():
        quiet(setting(base))


def _data_set() -> None:
    """Draws the choice of the data set, where there is one."""
    names = [each.id for each in known()]
    if st.session_state[_DATA] not in names:
        names.append(st.session_state[_DATA])
    if len(names) > 1:
        st.selectbox(
            _(FIELDS["data"].label),
            names,
            key=_DATA,
            persist_state="session",
            format_func=FIELDS["data"].in_words,
            help=_(FIELDS["data"].help),
            on_change=guarded(_base_chosen),
        )


def _bases() -> dict[str, str]:
    """Returns for each code of a setting to choose from what it is called."""
    found = {key: _(PRESETS[key].label) for key in _presets()}
    run_id = looked_at()
    chosen = st.session_state[BASE]
    if run_id is not None:
        found[run_id] = _("The run you looked at")
    if chosen in PRESETS and chosen not in found:
        chosen = st.session_state[BASE] = OWN
    if st.session_state[_OWN_BASE] not in _presets().values():
        found[OWN] = _("The study's own setting")
    if chosen not in found:
        found[chosen] = _("Run {run}", run=chosen)
    return found


def _axis(key: str, label: str, help: str) -> None:
    """Draws a field to vary, and its values."""
    fields = may_vary(_known_base())
    fields += [name for name in [st.session_state[key]] if name not in (NONE, *fields)]
    names = fields if key == FIRST else [NONE, *fields]
    st.selectbox(
        label,
        names,
        key=key,
        persist_state="session",
        format_func=lambda name: _(FIELDS[name].label) if name else _("Nothing else"),
        help=help,
        on_change=guarded(_axis_chosen),
        args=(key,),
    )
    name = st.session_state[key]
    if name == NONE:
        return
    values_key = _values_key(name)
    if key == SECOND and name == st.session_state[FIRST]:
        return  # its values are drawn already, and the form says what is wrong
    _begin(name)
    chosen = st.session_state[values_key]
    options = list(dict.fromkeys([*map(plain_value, offered(name, _known_base())), *chosen]))
    own = _("Type a value of your own and press Enter.")
    st.multiselect(
        _("Values of “{field}”", field=_(FIELDS[name].label)),
        options,
        key=values_key,
        persist_state="session",
        accept_new_options=True,
        label_visibility="collapsed",
        format_func=lambda text: _in_words(name, text),
        placeholder=_("Choose, or type your own"),
        help=f"{_(FIELDS[name].help)} {own}",
        on_change=guarded(_moved),
    )


def _in_words(name: str, text: str) -> str:
    """Returns a value in words; one that is not allowed, as it was typed."""
    with contextlib.suppress(ValueError):
        return FIELDS[name].in_words(value_of(name, text))
    return text


def _axis_chosen(key: str) -> None:
    name = st.session_state[key]
    if name != NONE:
        _begin(name)
    _moved()


def _base_chosen() -> None:
    """Lets the epochs follow the setting that was chosen, unless they were chosen by hand."""
    key, state = _values_key("epochs"), st.session_state
    if _EPOCHS in state and state.get(key) == state[_EPOCHS]:
        del state[key]
        _begin("epochs")
    _moved()


def _begin(name: str) -> None:
    """Gives an axis values to begin with, unless it has some."""
    key, state = _values_key(name), st.session_state
    if key not in state:
        state[key] = list(map(plain_value, offered_first(name, _known_base())))
        if name == "epochs":
            state[_EPOCHS] = list(state[key])


def _known_base() -> RunConfig | None:
    with contextlib.suppress(ValueError):
        return base_of()
    return None


def _moved() -> None:
    """Has the address say what the form says, as far as that is a study."""
    notices.clear()
    with contextlib.suppress(ValueError):
        tell(current())


def tell(study: Study) -> None:
    """Has the address say what this study is."""
    said = query_of(study)
    address.rewrite({name: said.get(name) for name in PARAMETERS if name != STUDY})
    st.session_state[_TAKEN] = {name: address.now()[name] for name in PARAMETERS if name in address.now()}


def _start_button() -> None:
    """Draws the button, and says what it will do."""
    study, said, asks, refusal = None, "", False, ""
    try:
        study = current()
    except ValueError as error:
        said = str(error)
    if study is not None:
        refusal = lab().offers.refusal(config for _cell, config in study.runs())
        said = _("{size}, {takes}.", size=_size_words(study), takes=takes(_seconds(study, lab())))
        asks = st.session_state.get(_ASKED) == study.study_id
        if asks:
            said = _("{size} Single runs go first. Press again to start it.", size=said)
    st.button(
        _("Start anyway") if asks else _("Start"),
        key="sweep_start",
        type="primary",
        width="stretch",
        disabled=study is None or bool(refusal),
        help=refusal
        or _("Trains what is missing of this study. Runs that somebody presses Train for go first."),
        on_click=acts(_start),
    )
    st.html(f'<p class="kd kd-hint kd-quiet" role="status">{escape(refusal or said)}</p>')


def _start() -> None:
    study = current()
    asked = st.session_state.pop(_ASKED, None)
    if asked != study.study_id and lab().estimate(study) > SECONDS_WITHOUT_ASKING:
        st.session_state[_ASKED] = study.study_id
        return
    study_id = lab().studies.start(study, person=person())
    st.session_state[OPEN] = False
    with address.together():
        one_cell.choose(None)
        studies.show(study_id)
        tell(study)


@st.cache_data(ttl=20, max_entries=100, show_spinner=False, hash_funcs=KEYS)
def _seconds(study: Study, _lab: Lab) -> float:
    return _lab.estimate(study)


def _size_words(study: Study) -> str:
    """Says how many cells and runs a study has."""
    cells = number_of_cells(study)
    return _(
        "{cells} × {seeds}: {runs}",
        cells=ngettext("{count} cell", "{count} cells", cells),
        seeds=ngettext("{count} repeat", "{count} repeats", study.seeds),
        runs=ngettext("{count} run", "{count} runs", study.size),
    )


def _values_key(name: str) -> str:
    return f"sweep_values_{name}"
