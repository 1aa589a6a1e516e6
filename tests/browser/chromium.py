"""Find Chromium, or install it where there is none.

    python -m tests.browser.chromium

prints its path. Playwright's own build is preferred; where it cannot be downloaded, Debian's package is
installed (as root or with password-free sudo).
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

# Without what draws a window, tests take a sixth less of the processor.
SHELL = "chromium-headless-shell"
NAMES = (SHELL, "chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


def find() -> str | None:
    """The path of a Chromium on this machine: KD_CHROMIUM, Playwright's, or the system's."""
    named = os.environ.get("KD_CHROMIUM")
    if named:
        return named
    return _playwrights() or next(filter(None, map(shutil.which, NAMES)), None)


def bring() -> str:
    """Chromium's path, after installing it if necessary.

    Raises:
        SystemExit: when it cannot be installed; the message says what to do.
    """
    found = find()
    if found is None:
        _install_playwrights()
        found = find()
    if found is None and shutil.which("apt-get"):
        _apt_get("update", "-qq")
        for package in (SHELL, "chromium"):  # older distributions have no shell
            found = found or _install(package)
    if found is None:
        raise SystemExit(
            "No Chromium was found and none could be installed: install Chromium or Google Chrome, "
            "or set KD_CHROMIUM to its path."
        )
    return found


def _playwrights() -> str | None:
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        path = playwright.chromium.executable_path
    return path if Path(path).is_file() else None


def _install_playwrights() -> None:
    command = [sys.executable, "-m", "playwright", "install", "chromium"]
    try:
        subprocess.run(command, check=False, timeout=300, stdout=sys.stderr)
    except subprocess.TimeoutExpired:
        print("Playwright's Chromium could not be downloaded in time.", file=sys.stderr)


def _install(package: str) -> str | None:
    _apt_get("install", "-y", "-qq", "--no-install-recommends", package)
    return find()


def _apt_get(*command: str) -> None:
    privileged = [] if os.geteuid() == 0 else ["sudo", "-n"]
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    subprocess.run([*privileged, "apt-get", *command], check=False, stdout=sys.stderr, env=environment)


if __name__ == "__main__":
    print(bring())
