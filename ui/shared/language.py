"""In which language the pages speak: the one that the reader's browser asks for."""

from __future__ import annotations

from streamlit.runtime.scriptrunner import get_script_run_ctx

from kd.text.translation import ask_for_languages, environment_languages


def follow_the_reader() -> None:
    """Have every sentence come in the language of whoever looks at the page.

    That is the browser's; where no browser asks, those of the process, as its environment is now.
    """
    of_the_process = environment_languages()  # once: what follows is asked for every sentence

    def languages() -> tuple[str, ...]:
        # What st.context.locale answers, without its record of each call.
        context = get_script_run_ctx(suppress_warning=True)
        locale = context and context.context_info and context.context_info.locale
        return (locale,) if locale else of_the_process

    ask_for_languages(languages)
