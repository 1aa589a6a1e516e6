"""In which language the pages speak: the one that the reader's browser asks for."""

from __future__ import annotations

from streamlit.runtime.scriptrunner import get_script_run_ctx

from kd.text.translation import ask_for_languages, environment_languages


def follow_the_reader() -> None:
    """Have every sentence come in the language of whoever looks at the page."""
    ask_for_languages(_languages)


def _languages() -> tuple[str, ...]:
    """The browser's language; where no browser asks, those of the process."""
    # What st.context.locale answers, without its record of each call: this is asked for every sentence.
    context = get_script_run_ctx(suppress_warning=True)
    locale = context and context.context_info and context.context_info.locale
    return (locale,) if locale else environment_languages()
