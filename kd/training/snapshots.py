"""A student's weights and test logits during its training, small enough to keep for every run.

They are kept in float16: logits of trained students stay within ±60, where float16 is exact to 0.03, and
weights within ±2, exact to 0.001; the final model is in its .keras file in full precision. One point takes
241 kB (200 kB of logits, 41 kB of weights) before compression.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import numpy as np

# Points in the first epoch, in which most is learned, and the ends of at most so many epochs.
FIRST_EPOCH_FRACTIONS = (1 / 16, 1 / 8, 1 / 4, 1 / 2)
MOST_EPOCHS = 20


@dataclass
class Snapshots:
    """Points in a training run: when (in epochs), and the test logits and weights at that time.

    times float64 (k,); logits float16 (k, 10000, 10); weights float16 (k, parameters), every weight
    array of `model.get_weights()` flattened and joined in order.
    """

    epochs: frozenset[int]
    first_epoch_steps: tuple[int, ...]
    times: list[float] = field(default_factory=list)
    logits: list[np.ndarray] = field(default_factory=list)
    weights: list[np.ndarray] = field(default_factory=list)

    @classmethod
    def begin(cls, epochs: int, steps: int) -> Snapshots:
        """Choose points: a few in the first epoch, then the ends of MOST_EPOCHS at most, evenly spread."""
        kept = np.unique(np.linspace(1, epochs, min(epochs, MOST_EPOCHS)).round().astype(int))
        inside = sorted({round(steps * fraction) for fraction in FIRST_EPOCH_FRACTIONS} - {0, steps})
        return cls(frozenset(kept.tolist()), tuple(inside))

    def stops(self, epoch: int) -> tuple[int, ...]:
        """Steps after which this epoch pauses for a snapshot."""
        return self.first_epoch_steps if epoch == 1 else ()

    def wants_epoch(self, epoch: int) -> bool:
        """Whether to keep the end of this epoch."""
        return epoch in self.epochs

    def add(self, time: float, model, logits: np.ndarray) -> None:
        """Keep a point."""
        self.times.append(float(time))
        self.logits.append(logits.astype(np.float16))
        self.weights.append(np.concatenate([w.ravel() for w in model.get_weights()]).astype(np.float16))

    def copy(self) -> Snapshots:
        """A copy, to which points can be added without changing this one."""
        return replace(self, times=[*self.times], logits=[*self.logits], weights=[*self.weights])

    def arrays(self) -> dict[str, np.ndarray]:
        """The three arrays by name, for an npz."""
        return {
            "times": np.array(self.times),
            "logits": np.stack(self.logits),
            "weights": np.stack(self.weights),
        }
