"""The result on Train: headline, tiles and chart of a run, redrawn while it trains or gets repeats."""

from __future__ import annotations

import time

import streamlit as st

from kd.lab import Lab, RunView
from ui.live import following
from ui.train import hero, trail
from ui.train.repeats import seeds_of, tiles

_SECONDS_BETWEEN_LOOKS = 0.8
# A run that takes a second or two is looked at more often: most of them end within the first seconds.
_SECONDS_BETWEEN_FIRST_LOOKS, _FIRST_SECONDS = 0.2, 4.0
_SECONDS_BETWEEN_SEEDS = 1.2


def follow(lab: Lab, view: RunView) -> None:
    """Draws a run, and keeps redrawing it until it has its seeds."""
    following.follow(seconds, _look, lab, view.run_id)


def seconds(lab: Lab, run_id: str) -> float | None:
    """Returns the time between two looks at a run; None for one that has ended and has its seeds."""
    view = lab.runs.view(run_id)
    if view.active:
        is_new = time.time() - view.created < _FIRST_SECONDS
        return _SECONDS_BETWEEN_FIRST_LOOKS if is_new else _SECONDS_BETWEEN_LOOKS
    seeds = seeds_of(lab, view)
    return _SECONDS_BETWEEN_SEEDS if seeds is not None and len(seeds.runs) < seeds.wanted else None


def _look(lab: Lab, run_id: str) -> None:
    view = lab.runs.view(run_id)
    seeds = seeds_of(lab, view)
    hero.head(view, seeds)
    tiles(view, seeds)
    earlier = trail.ghosts(lab, run_id)
    if view.result is not None:
        trail.look_at(run_id)
    hero.chart(view, earlier)
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key="hero_tools"):
        if earlier:
            hero.ghost_tools(len(earlier))
