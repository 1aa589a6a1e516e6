"""Where KD Lab's own files are, and where it saves runs: in a checkout, and once it is installed."""

from pathlib import Path

# The folder from which `kd` is imported.
CODE = Path(__file__).resolve().parents[2]
# A wheel keeps what a checkout has next to `kd` in a folder of its own: see pyproject.toml.
_INSTALLED = CODE / "kd" / "_app"
PROJECT = _INSTALLED if _INSTALLED.is_dir() else CODE

APP = PROJECT / "app.py"
DATA = PROJECT / "data"

_REQUIREMENTS = {"app": "requirements.txt", "export": "requirements-export.txt"}


def install_command(extra: str) -> str:
    """Returns what a person types to get the packages of an extra, "app" or "export"."""
    # no index is asked for kd-lab itself once it is installed
    return f"pip install -r {_REQUIREMENTS[extra]}" if PROJECT == CODE else f"pip install 'kd-lab[{extra}]'"


def usual_home() -> Path:
    """Returns where runs are saved without KD_HOME: `.kd` in a checkout, else the user's data folder."""
    if PROJECT == CODE:
        return PROJECT / ".kd"
    from platformdirs import user_data_path

    return user_data_path("kd-lab", appauthor=False)
