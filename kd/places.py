"""Where KD Lab's own files are, and where it saves runs: in a checkout, and once it is installed."""

from __future__ import annotations

from pathlib import Path

# The folder from which `kd` is imported.
CODE = Path(__file__).resolve().parent.parent
# A wheel keeps what a checkout has next to `kd` in a folder of its own: see pyproject.toml.
_INSTALLED = CODE / "kd" / "_app"
PROJECT = _INSTALLED if _INSTALLED.is_dir() else CODE

APP = PROJECT / "app.py"
DATA = PROJECT / "data"


def usual_home() -> Path:
    """Where runs are saved without KD_HOME: `.kd` in a checkout, the user's data folder once installed."""
    if PROJECT == CODE:
        return PROJECT / ".kd"
    from platformdirs import user_data_path

    return user_data_path("kd-lab", appauthor=False)
