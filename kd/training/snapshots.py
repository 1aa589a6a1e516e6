"""A student's weights and test logits during its training, small enough to keep.

They are kept in float16: logits of trained students stay within ±60, where float16 is exact to 0.03, and
weights within ±2, exact to 0.001; the final model is in its .keras file in full precision. One point of the
notebook's student takes 241 kB (200 kB of logits, 41 kB of weights) before compression.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np


@dataclass
class Snapshots:
    """Points in a training: when (in epochs), the test logits, weights and test accuracy at that time.

    times float64 (k,); logits float16 (k, 10000, 10); weights float16 (k, parameters), every weight array of
    `model.get_weights()` flattened and joined in order; accuracies float64 (k,), of the logits before they
    were rounded.
    """

    times: list[float] = field(default_factory=list)
    logits: list[np.ndarray] = field(default_factory=list)
    weights: list[np.ndarray] = field(default_factory=list)
    accuracies: list[float] = field(default_factory=list)

    def add(self, time: float, model, logits: np.ndarray, accuracy: float) -> None:
        """Keep a point."""
        self.times.append(float(time))
        self.logits.append(logits.astype(np.float16))
        self.weights.append(np.concatenate([w.ravel() for w in model.get_weights()]).astype(np.float16))
        self.accuracies.append(float(accuracy))

    def copy(self) -> Snapshots:
        """A copy, to which points can be added without changing this one."""
        return Snapshots([*self.times], [*self.logits], [*self.weights], [*self.accuracies])

    def arrays(self) -> dict[str, np.ndarray]:
        """The arrays by name, for an npz."""
        return {
            "times": np.array(self.times),
            "logits": np.stack(self.logits),
            "weights": np.stack(self.weights),
            "accuracies": np.array(self.accuracies),
        }
