"""A certificate for a cluster of one's own: whoever has the two files may use it, nobody else.

    python -m kd.engine.certificates FOLDER

writes FOLDER/certificate.pem, which is its own authority, and FOLDER/key.pem, for app, scheduler and workers
alike; both are valid for a year. Files that are there stay as they are.
"""

from __future__ import annotations

import os
from pathlib import Path

from distributed.security import Security

CERTIFICATE, KEY = "certificate.pem", "key.pem"


def make(folder: Path) -> bool:
    """Write both files, readable for their owner alone; False when they were there."""
    folder.mkdir(parents=True, exist_ok=True)
    if (folder / CERTIFICATE).exists() and (folder / KEY).exists():
        return False
    security = Security.temporary()
    for name, content in ((KEY, security.tls_client_key), (CERTIFICATE, security.tls_client_cert)):
        descriptor = os.open(folder / name, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "w", encoding="ascii") as file:
            file.write(content)
    return True


def settings(folder: Path) -> dict[str, str]:
    """The environment variables by which Dask reads the files."""
    certificate, key = str(folder / CERTIFICATE), str(folder / KEY)
    tls = "DASK_DISTRIBUTED__COMM__TLS__"
    return {
        "DASK_DISTRIBUTED__COMM__REQUIRE_ENCRYPTION": "True",
        f"{tls}CA_FILE": certificate,
        **{f"{tls}{role}__CERT": certificate for role in ("CLIENT", "SCHEDULER", "WORKER")},
        **{f"{tls}{role}__KEY": key for role in ("CLIENT", "SCHEDULER", "WORKER")},
    }


def main(arguments: list[str] | None = None) -> int:
    """Run the command; returns the exit code, as kd.terminal.entry has it."""
    from kd.terminal.entry import exit_code

    return exit_code(lambda: _command(arguments))


def _command(arguments: list[str] | None) -> int:
    from kd.terminal.arguments import Parser

    parser = Parser(prog="python -m kd.engine.certificates", description=__doc__)
    parser.add_argument("folder", type=Path, metavar="FOLDER")
    folder = parser.parse_args(arguments).folder
    made = make(folder)
    print(f"{folder / CERTIFICATE} and {KEY} {'are written' if made else 'are there already'}.")
    return 0


if __name__ == "__main__":
    from kd.terminal.entry import run

    run(main)
