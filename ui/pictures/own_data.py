"""A person's own pictures, added on a page: a file, its names, what was done to it, a picture a class."""

from __future__ import annotations

from html import escape

import streamlit as st
from streamlit.runtime.memory_uploaded_file_manager import MemoryUploadedFileManager
from streamlit.runtime.uploaded_file_manager import UploadedFile

from kd.base.data_sets import About
from kd.lab import Lab
from kd.lab.data import LONGEST_NAME, check_name, name_of
from kd.pictures.data_files import LARGEST, LONGEST_CLASS, MOST, MOST_CLASSES, SMALLEST, read_data
from kd.pictures.data_sets import data_set
from kd.pictures.mnist import to_model_input
from kd.pictures.picture_file import in_turn
from kd.text.translation import N_, _, numeral
from ui.serving.limits import LARGEST_FILE, uploads_are_on
from ui.shared.guard import guarded
from ui.shared.markup import literal, pixels
from ui.shared.person import script_run
from ui.shared.pieces import quiet

_PLACINGS = {
    "as_they_are": (N_("As the pictures are"), None),
    "centred": (N_("Scaled and centred"), True),
    "plain": (N_("Only scaled"), False),
}
_ADDED, _NEW, _FORM = "own_data_added", "own_data_new", "own_data_form"


def add_a_data_set(lab: Lab) -> str | None:
    """Draws what came of the last pictures, and a form to add more; draws nothing with KD_UPLOADS=0.

    Returns the id of a data set in the run of the page in which it was added, otherwise None.
    """
    if not uploads_are_on():
        return None
    if _ADDED in st.session_state:
        _show(lab, *st.session_state[_ADDED])
    # another key is an empty form
    number = st.session_state.setdefault(_FORM, 0)
    with st.form(f"own_data_{number}", border=False):
        file = st.file_uploader(
            _("Your own pictures"),
            key=f"own_data_file_{number}",
            max_upload_size=LARGEST_FILE // 1_000_000,
            help=_(
                "An npz file with the arrays x_train, y_train, x_test and y_test: up to {train} + {test} "
                "square pictures, {least} to {most} pixels wide, grey or in colour, up to {classes} classes.",
                train=numeral(MOST["train"]),
                test=numeral(MOST["test"]),
                least=SMALLEST,
                most=LARGEST,
                classes=MOST_CLASSES,
            ),
        )
        name = st.text_input(
            _("Name"),
            key=f"own_data_name_{number}",
            max_chars=LONGEST_NAME,
            placeholder=_("as the file"),
            help=_("Letters, digits, hyphens and underscores. Whoever uses this app sees it."),
        )
        classes = st.text_input(
            _("Names of the classes"),
            key=f"own_data_classes_{number}",
            max_chars=MOST_CLASSES * (LONGEST_CLASS + 2),
            placeholder=_("as in the file, or the labels"),
            help=_("In the order of their labels, with commas between them."),
        )
        placing = st.selectbox(
            _("How drawings are placed"),
            _PLACINGS,
            format_func=lambda placing: _(_PLACINGS[placing][0]),
            key=f"own_data_placing_{number}",
            help=_(
                "MNIST's digits are scaled to one size and centred, and so are drawings for such pictures. "
                "For others, drawings are taken as they are placed."
            ),
        )
        said = st.container()  # above the button, below which a small screen may end
        is_sent = st.form_submit_button(_("Add"), type="primary")
    if is_sent:
        if file is None:
            said.error(_("There is no file yet: choose one."), icon=":material/error:")
        else:
            try:
                with said, st.spinner(_("Reading the pictures")):
                    called, centred = name.strip() or name_of(file.name), _PLACINGS[placing][1]
                    about, done = _add(lab, file.getvalue(), called, classes, centred)
            except ValueError as error:
                said.error(literal(str(error)), icon=":material/error:")
            else:
                _forget(file)
                st.session_state[_ADDED] = about, done
                st.session_state[_FORM] += 1
                st.session_state[_NEW] = about.id
                st.rerun()
    return st.session_state.pop(_NEW, None)


def _add(
    lab: Lab, content: bytes, name: str, classes: str, centred: bool | None
) -> tuple[About, tuple[str, ...]]:
    check_name(name)
    names = classes.split(",") if classes.strip() else None
    # one at a time, as large pictures: the largest sets take some 200 MB while they are read
    own = in_turn(read_data, content, names, pixels=len(content))
    return lab.data.keep(own, name, centred), own.done


def _forget(file: UploadedFile) -> None:
    """Lets go of a file, which may have 70 MB, and which Streamlit would keep as long as the page is open."""
    context = script_run()
    assert isinstance(context.uploaded_file_mgr, MemoryUploadedFileManager)
    context.uploaded_file_mgr.remove_file(context.session_id, file.file_id)


def _show(lab: Lab, about: About, done: tuple[str, ...]) -> None:
    """Shows what has been added: how much it is, what was done to it, the first picture of each class."""
    st.html(f'<p class="kd" role="status">{escape(_in_words(about))}</p>')
    for sentence in done:
        quiet(sentence)
    try:
        pictures = data_set(about.id)
    except ValueError as error:  # it was removed meanwhile
        st.error(literal(str(error)), icon=":material/error:")
        return
    shown = []
    for number, name in enumerate(about.classes):
        first = int((pictures.y_train == number).argmax())
        picture = to_model_input(pictures.x_train[first : first + 1])[0, :, :, 0]
        said = pixels(picture, _("A picture of class {name}", name=name))
        shown.append(f"<figure>{said}<figcaption>{escape(name)}</figcaption></figure>")
    st.html(f'<div class="kd kd-classes">{"".join(shown)}</div>')
    st.button(
        _("Remove it again"),
        key="own_data_remove",
        icon=":material/delete:",
        on_click=guarded(lambda: _remove(lab, about)),
        help=_("Deletes these pictures, if there are no runs of them."),
    )


def _remove(lab: Lab, about: About) -> None:
    lab.data.remove(about.id)
    del st.session_state[_ADDED]


def _in_words(about: About) -> str:
    return _(
        "{name}: {classes} classes, {train} pictures to learn from, {test} to test with.",
        name=about.name,
        classes=len(about.classes),
        train=numeral(about.train),
        test=numeral(about.test),
    )
