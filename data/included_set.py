"""Where the data sets that come with the project are written, by the scripts that make them."""

from collections.abc import Mapping

import numpy as np

from kd.base.data_sets import INCLUDED, About
from kd.pictures.data_sets import file_content


def save(arrays: Mapping[str, np.ndarray], about: About) -> None:
    """Writes a data set among the included ones, and says how large it is."""
    content, path = file_content(arrays, about), INCLUDED / f"{about.id}.npz"
    INCLUDED.mkdir(exist_ok=True)
    path.write_bytes(content)
    print(f"{path}: {about.train:,} + {about.test:,} pictures, {len(content) / 1e6:.1f} MB")
