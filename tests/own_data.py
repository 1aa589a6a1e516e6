"""A data set that is not MNIST: MNIST's pictures and their mirror images, of twenty classes."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import numpy as np

from kd.base.data_sets import About, use_folder
from kd.pictures.data_sets import described, file_content
from kd.pictures.mnist import load_mnist

CLASSES = tuple([*"0123456789", *(f"mirrored {digit}" for digit in range(10))])
TRAIN, TEST = 600, 400


@cache
def arrays() -> dict[str, np.ndarray]:
    """The four arrays of the set."""
    mnist, random, made = load_mnist(), np.random.default_rng(0), {}
    for part, count in (("train", TRAIN), ("test", TEST)):
        images = getattr(mnist, f"x_{part}")[: count // 2]
        labels = getattr(mnist, f"y_{part}")[: count // 2]
        order = random.permutation(count)
        made[f"x_{part}"] = np.concatenate([images, images[:, :, ::-1]])[order]
        made[f"y_{part}"] = np.concatenate([labels, labels + 10])[order].astype(np.uint8)
    return made


def mirrored(folder: Path) -> About:
    """Writes the set into a folder, which this process uses from now on."""
    about = described(arrays(), CLASSES, "Mirrored")
    folder.mkdir(parents=True, exist_ok=True)
    (folder / f"{about.id}.npz").write_bytes(file_content(arrays(), about))
    use_folder(folder)
    return about
