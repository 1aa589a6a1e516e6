"""A certificate for a cluster of your own: only holders of its two files can use the cluster.

    python -m kd.engine.certificates FOLDER

writes FOLDER/certificate.pem, which is its own authority, and FOLDER/key.pem, for the app, the scheduler and
the workers alike; both are valid for a year. Existing files are left alone.
"""

import os
from pathlib import Path

from distributed.security import Security

from kd.text.translation import _

CERTIFICATE, KEY = "certificate.pem", "key.pem"


def make(folder: Path) -> bool:
    """Writes both files, readable by their owner only; returns False if they already existed."""
    folder.mkdir(parents=True, exist_ok=True)
    if (folder / CERTIFICATE).exists() and (folder / KEY).exists():
        return False
    security = Security.temporary()
    for name, content in ((KEY, security.tls_client_key), (CERTIFICATE, security.tls_client_cert)):
        descriptor = os.open(folder / name, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "w", encoding="ascii") as file:
            file.write(content)
    return True


def main(arguments: list[str] | None = None) -> int:
    """Runs the command; returns the exit code, as kd.terminal.entry has it."""
    from kd.terminal.entry import exit_code

    return exit_code(lambda: _command(arguments))


def _command(arguments: list[str] | None) -> int:
    from kd.terminal.entry import Parser

    parser = Parser(
        prog="python -m kd.engine.certificates",
        description=_(
            "Make a certificate for a cluster of your own: only holders of its two files can use it."
        ),
    )
    parser.add_argument("folder", type=Path, metavar="FOLDER")
    folder = parser.parse_args(arguments).folder
    if make(folder):
        print(_("{certificate} and {key} have been written.", certificate=folder / CERTIFICATE, key=KEY))
    else:
        print(_("{certificate} and {key} already exist.", certificate=folder / CERTIFICATE, key=KEY))
    return 0


if __name__ == "__main__":
    from kd.terminal.entry import run

    run(main)
