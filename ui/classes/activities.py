"""The activities that a host can choose, as a plan has them and as a list calls them."""

from __future__ import annotations

from kd.classes.plan import KINDS, plan_of
from kd.studies.experiments import EXPERIMENTS
from kd.text.translation import _


def activities() -> list[str]:
    """Returns the activities that a plan may have, as its text has them."""
    return [*KINDS, *(f"guess:about={name}" for name in EXPERIMENTS)]


def called(text: str) -> str:
    """Returns what a list calls an activity. text: of a plan."""
    activity = plan_of(text)[0]
    about = activity.options().get("about", "")
    if about:
        return _("Guess: {experiment}", experiment=_(EXPERIMENTS[about].title))
    label = _(KINDS[activity.kind].label)
    options = ", ".join(f"{name} = {value}" for name, value in activity.options().items())
    return f"{label} ({options})" if options else label
