"""Streamlit's own login, where its secrets set one up ([auth]): nobody sees a page without it."""

import streamlit as st

from kd.text.translation import _
from ui.shared import notices
from ui.shared.guard import guarded


def is_missing() -> bool:
    """Returns whether visitors log in here, and this one has not."""
    return not getattr(st.user, "is_logged_in", True)  # without [auth] there is no such attribute


def ask() -> None:
    """Draws the way in, and nothing else."""
    st.title("KD Lab", anchor=False)
    notices.show()
    st.write(_("Log in to use KD Lab here."))
    st.button(
        _("Log in"),
        type="primary",
        icon=":material/login:",
        help=_("Leads to the login page of whoever runs this app, and back."),
        on_click=guarded(st.login),
    )
    st.stop()


def way_out() -> None:
    """Draws the way out for those who have logged in."""
    if getattr(st.user, "is_logged_in", False):
        st.button(
            _("Log out"),
            icon=":material/logout:",
            type="tertiary",
            help=_("Ends your login in this browser."),
            on_click=guarded(st.logout),
        )
