"""What the browser is told once, so that it can say what is known at every setting while a control moves."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from functools import lru_cache
from typing import Any

from kd.base.data_sets import MNIST
from kd.config import FIELDS, RunConfig
from kd.studies.shipped import AXES, SHORT, differs, known, length_of
from kd.text.translation import N_, _, language, numeral
from ui.live.live import live
from ui.shared import run_words

CHANNEL = "setting"
"""The controls of the axes, and the figures that follow them."""

_FREE = {*AXES, "epochs", "seed"}
_WORDS = {
    "train_size": N_("{value} images"),
    "alpha": N_("α {value}"),
    "temperature": N_("T {value}"),
    "temperature_squared": N_("T²"),
}
_SAYS = {
    "here": N_("About {points} points here (likely {low} to {high}, {seeds} repeats)."),
    "near": N_(
        "About {points} points at {cell}, the nearest studied (likely {low} to {high}, {seeds} repeats)."
    ),
    "outside": N_("Not in the study: {what}."),
}


def facts(
    config: RunConfig | None,
    stops: Mapping[str, Sequence[Any]],
    epochs: Mapping[int, int],
    rests: Mapping[str, str],
) -> dict[str, Any]:
    """Returns what the included study knows at all stops of its axes' controls.

    config: what the controls say now, None if they contradict each other. epochs: those of each number of
    images. rests: field → why it makes no difference now.
    """
    fixed = tuple((name, tuple(values)) for name, values in stops.items())
    told = _facts(language(), config, fixed, tuple(epochs.items()))
    return {**told, "rests": dict(rests)}


@lru_cache(maxsize=256)
def _facts(
    language: str,
    config: RunConfig | None,
    stops: tuple[tuple[str, tuple[Any, ...]], ...],
    epochs: tuple[tuple[int, int], ...],
) -> dict[str, Any]:
    length = (config and length_of(config)) or SHORT
    study, why = known(length), ""
    if config is None:
        why = _("These settings contradict each other.")
    elif config.data != MNIST:
        why = _("The included study is about MNIST, not {data}.", data=FIELDS["data"].in_words(config.data))
    elif differs(config) - _FREE:
        why = _(_SAYS["outside"], what=unusual(config, _FREE))
    return {
        **(of_run(config) if config else {"run": "", "others": "", "setting": {}}),
        "why": why,
        "axes": study.axes,
        "cells": study.cells,
        "seeds": study.seeds,
        "places": {
            name: [(value, place) for value in values if (place := study.place(name, value)) is not None]
            for name, values in stops
        },
        "epochs": epochs,
        "unlike": [
            (images, _("{count} epochs", count=numeral(each)))
            for images, each in epochs
            if config and not why and length_of(config.replace(train_size=images, epochs=each)) != length
        ],
        "words": {name: _(words) for name, words in _WORDS.items()},
        "says": {part: _(words) for part, words in _SAYS.items()},
    }


def unusual(config: RunConfig, but: Collection[str]) -> str:
    """Returns what of a setting is not as in the default one, in one line. but: fields to leave out."""
    others = run_words.differs(config, but=(*but, "teacher"))
    taught = run_words.teacher(config) if config.teacher != RunConfig().teacher else ""
    return " · ".join(filter(None, [others, taught]))


@lru_cache(maxsize=512)
def of_run(config: RunConfig) -> dict[str, Any]:
    """Returns by what the browser tells whether the controls have a run's setting."""
    others = sorted(
        (name, value)
        for name, value in config.to_dict().items()
        if name not in (*AXES, "epochs") and config.counts(name)
    )
    setting = {name: getattr(config, name) for name in AXES}
    return {"run": config.run_id, "setting": setting, "epochs": config.epochs, "others": repr(others)}


def draw_map() -> None:
    """Draws the gain at every number of images and T, at the α and T² of the controls, and where one is."""
    most = max(abs(mean) for mean, *_rest in known(SHORT).cells)
    says = _("{images}, T {T}: {points} points (likely {low} to {high})")
    live(CHANNEL, [], [{"kind": "knownMap", "title": _("Gain by images and T"), "most": most, "says": says}])
