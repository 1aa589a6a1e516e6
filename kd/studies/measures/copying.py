"""How closely a student copies its teacher on the test pictures.

Stanton et al., "Does Knowledge Distillation Really Work?" (2021), section 3: agreement, and the mean
Kullback–Leibler divergence of the student's probabilities from the teacher's, at T = 1.
"""

from __future__ import annotations

import math
from functools import partial

from kd.analysis.evaluation import agreement
from kd.analysis.logits import divergence_bits
from kd.studies.measures.measure import Measure, MeasuredRun
from kd.text.translation import N_


def _agreement(model: str, run: MeasuredRun) -> float:
    return 100 * agreement(run.logits["teacher"], run.logits[model])


def _divergence(model: str, run: MeasuredRun) -> float:
    return math.log(2) * float(divergence_bits(run.logits["teacher"], run.logits[model]).mean())


MEASURES = {
    "agreement": Measure(
        N_("Distilled agrees with the teacher"), "percent", partial(_agreement, "distilled")
    ),
    "scratch_agreement": Measure(
        N_("Scratch agrees with the teacher"), "percent", partial(_agreement, "scratch")
    ),
    "divergence": Measure(N_("KL to the teacher, distilled"), "nats", partial(_divergence, "distilled")),
    "scratch_divergence": Measure(N_("KL to the teacher, scratch"), "nats", partial(_divergence, "scratch")),
}
