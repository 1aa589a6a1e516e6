"""Home: what distillation is, and three ways to try it. The file that `streamlit run` is given."""

import streamlit as st

if __name__ != "__main__":
    # Streamlit imports this file once, before the first visitor, and runs it as a script for each visit.
    from ui import serving

    app = st.App(
        __file__,
        middleware=serving.middleware(),
        routes=serving.routes(),
        lifespan=serving.lifespan,
        on_script_error=serving.explain,
    )
else:
    from kd.config import FIELDS
    from kd.text.translation import N_, _
    from ui.home.home import guess, hello, next_setting, take_address, voices
    from ui.shared import address
    from ui.shared.frame import page
    from ui.shared.lesson import home_lesson, section, unseen_section
    from ui.shared.path import entrances
    from ui.shared.pieces import into_sight
    from ui.shared.server import lab
    from ui.shared.shown import example_run
    from ui.train import controls, train_button

    with page("Home", N_("A small network learns from a large one's doubts")):
        is_about_the_guess = take_address()
        view = example_run(lab())
        if view is None:
            hello()
        else:
            unseen_section(_("An example"))
            voices(lab(), view)
        entrances()
        guess()
        if is_about_the_guess:
            into_sight("home_guess", lowest=0.2)
        section(_("Try it yourself"))
        with st.container(horizontal=True, key="ways"):
            refusal = lab().offers.refusal([next_setting(lab())])
            if st.button(
                _("Train a student now"),
                type="primary",
                icon=":material/model_training:",
                help=refusal
                or _("Starts a repeat (seed) that nobody has trained here yet, and shows it on Train."),
                disabled=bool(refusal),
            ):
                with address.together():
                    config = next_setting(lab())
                    controls.set_form(config)
                    train_button.start(config)
                    address.go_to("pages/train.py", carrying=("run", *FIELDS))
            st.page_link("pages/draw.py", label=_("Draw a digit and ask all three"), icon=":material/draw:")
            st.page_link("pages/experiments.py", label=_("Test what papers claim"), icon=":material/science:")
        if view is not None and view.result is not None:
            teacher, distilled = view.result["teacher"], view.result["distilled"]
            with st.container(key="home_more"), st.expander(_("Why this works")):
                home_lesson(
                    teacher["parameters"] / distilled["parameters"],
                    teacher["test_accuracy"],
                    distilled["test_accuracy"],
                )
