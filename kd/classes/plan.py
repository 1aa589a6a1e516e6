"""A plan: the activities of a class, one after the other, as text that fits into a link."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from urllib.parse import quote, unquote

from kd.base.unusable import Unusable
from kd.classes.activity import LAST_SEED, Activity
from kd.classes.digits import Digits
from kd.classes.guess import Guess
from kd.classes.map import Map
from kd.classes.seeds import Seeds
from kd.config import RunConfig
from kd.studies.experiments import EXPERIMENTS
from kd.text.translation import _
from kd.text.words import quoted

KINDS: Mapping[str, type[Activity]] = {each.kind: each for each in (Guess, Seeds, Map, Digits)}
"""The kinds of activity, by their names in a plan."""

MOST_ACTIVITIES = 20


def offered() -> list[str]:
    """Returns the activities that a host may choose from, each as a plan has it."""
    return [*KINDS, *(f"guess:about={name}" for name in EXPERIMENTS)]


def label_of(text: str) -> str:
    """Returns what a list calls an activity. text: of a plan."""
    activity = plan_of(text)[0]
    options = activity.options()
    if about := options.get("about"):
        return _("Guess: {experiment}", experiment=_(EXPERIMENTS[about].title))
    named = ", ".join(f"{name} = {value}" for name, value in options.items())
    return f"{_(activity.label)} ({named})" if named else _(activity.label)


def plan_text(plan: Sequence[Activity]) -> str:
    """Writes a plan: 'guess:about=few_images;seeds;map:axes=train_size-temperature'."""
    return ";".join(_text(each) for each in plan)


def plan_of(text: str) -> tuple[Activity, ...]:
    """Reads a plan; raises ValueError when it is empty, or has an activity or an option that is unknown."""
    parts = [part.strip() for part in text.split(";") if part.strip()]
    if not 1 <= len(parts) <= MOST_ACTIVITIES:
        raise Unusable(
            "A plan has between 1 and {most} activities, such as guess;seeds;map;digits, not {count}.",
            most=MOST_ACTIVITIES,
            count=len(parts),
        )
    return tuple(map(_activity, parts))


def trained_in(plan: Sequence[Activity]) -> list[RunConfig]:
    """Returns a run that each activity that trains will train, of a repeat that nobody has stored."""
    return [each.setting.replace(seed=LAST_SEED) for each in plan if isinstance(each, Seeds | Map)]


def _activity(text: str) -> Activity:
    kind, _colon, rest = text.partition(":")
    if kind not in KINDS:
        raise Unusable(
            "There is no activity {kind}: choose of {allowed}.", kind=quoted(kind), allowed=", ".join(KINDS)
        )
    options = {}
    for part in filter(None, rest.split(",")):
        name, _equals, value = part.partition("=")
        options[unquote(name.strip())] = unquote(value.strip())
    return KINDS[kind].of(options)


def _text(activity: Activity) -> str:
    options = ",".join(f"{name}={quote(text, safe='')}" for name, text in activity.options().items())
    return f"{activity.kind}:{options}" if options else activity.kind
