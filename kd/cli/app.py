"""`kd-lab` without a command: the app, in the user's browser."""

from __future__ import annotations

import importlib.util
import runpy
import sys

from kd.base.places import APP, install_command
from kd.terminal.arguments import Refusal
from kd.text.translation import _

# kd knows no more of it than how it is started, as `python -m streamlit run` does.
_SERVER = "streamlit"


def is_option_of_the_server(argument: str) -> bool:
    """Whether an argument is one of the server's own, such as `--server.port`."""
    return argument.startswith("--") and "." in argument.partition("=")[0]


def open_app(options: list[str]) -> int:
    """Serve the app until it is stopped; the options are those of `streamlit run`.

    Raises:
        Refusal: when the extra `app` is not installed.
    """
    if importlib.util.find_spec(_SERVER) is None:
        raise Refusal(
            _(
                "The app needs packages that are not installed: get them with `{command}`.",
                command=install_command("app"),
            )
        )
    # The server reads `.streamlit/config.toml` next to the file it runs, whatever the current folder is.
    sys.argv = [_SERVER, "run", str(APP), *options]
    runpy.run_module(_SERVER, run_name="__main__", alter_sys=True)
    return 0
