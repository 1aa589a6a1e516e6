"""All that a card is written with, for one line: from kd.studies.experiments.card import *."""

from __future__ import annotations

import numpy as np
import pandas as pd

from kd.config import DENSE, FIELDS, LINEAR, PRESETS, TRAIN_IMAGES, RunConfig
from kd.studies.experiments.experiment import (
    Chart,
    Choice,
    Claim,
    Experiment,
    Findings,
    Guess,
    Option,
    Paper,
    Part,
    Says,
)
from kd.studies.experiments.judging import (
    NATS,
    PARAMETERS,
    PERCENT,
    PLAIN,
    above,
    below,
    between,
    by_seed,
    finding,
    means,
)
from kd.studies.experiments.plans import at_each_seed, cells, longer, taught_by
from kd.studies.experiments.sentences import (
    adds,
    agrees_more,
    answers_alike,
    compares,
    gets_right,
    helps,
    loses,
)
from kd.studies.study import Study
from kd.text.translation import N_

__all__ = [
    "FIELDS", "PRESETS", "RunConfig", "DENSE", "LINEAR", "TRAIN_IMAGES", "Study",
    "Chart", "Choice", "Claim", "Experiment", "Findings", "Guess", "Option", "Paper", "Part", "Says",
    "at_each_seed", "cells", "longer", "taught_by",
    "NATS", "PARAMETERS", "PERCENT", "PLAIN", "above", "below", "between", "by_seed", "finding",
    "means",
    "adds", "agrees_more", "answers_alike", "compares", "gets_right", "helps", "loses", "GAIN", "RIGHT",
    "N_", "np", "pd",
]  # fmt: skip

RIGHT = N_("Right, in percent of the test images")
GAIN = N_("Gain over scratch, in points")
"""What most charts show."""
