"""The command line, `python -m kd` or `kd-lab`: its commands are in kd/cli/parser.py."""

import sys
from typing import NoReturn

if __name__ == "__main__":
    # until `run` takes over Ctrl-C
    sys.excepthook = lambda kind, *rest: (
        None if kind is KeyboardInterrupt else sys.__excepthook__(kind, *rest)
    )

from kd.base.unusable import Unusable
from kd.terminal.entry import exit_code, run

# kd knows no more of it than how it is started, as `python -m streamlit run` does.
_SERVER = "streamlit"


def main(arguments: list[str] | None = None, name: str = "python -m kd") -> int:
    """Runs a command; returns the exit code, as kd.terminal.entry has it."""
    return exit_code(lambda: _command(arguments, name))


def _command(arguments: list[str] | None, name: str) -> int:
    from kd.cli.parser import parse

    command, options = parse(arguments, name)
    return command(options)


def kd_lab() -> NoReturn:
    """Runs `kd-lab`: alone, or with options of the server, it opens the app in the user's browser."""
    asked = sys.argv[1:]
    if asked and not is_option_of_the_server(asked[0]):
        run(lambda: main(name="kd-lab"))
    sys.exit(exit_code(lambda: _open_app(asked)))  # the server has its own way with Ctrl-C


def is_option_of_the_server(argument: str) -> bool:
    """Tells whether an argument is one of the server's own, such as `--server.port`."""
    return argument.startswith("--") and "." in argument.partition("=")[0]


def _open_app(options: list[str]) -> int:
    """Serves the app until it is stopped; the options are those of `streamlit run`.

    Raises:
        Unusable: when the extra `app` is not installed.
    """
    import importlib.util
    import runpy

    from kd.base.places import APP, install_command

    if importlib.util.find_spec(_SERVER) is None:
        raise Unusable(
            "The app needs packages that are not installed: get them with `{command}`.",
            command=install_command("app"),
        )
    # The server reads `.streamlit/config.toml` next to the file it runs, whatever the current folder is.
    sys.argv = [_SERVER, "run", str(APP), *options]
    runpy.run_module(_SERVER, run_name="__main__", alter_sys=True)
    return 0


if __name__ == "__main__":
    run(main)
