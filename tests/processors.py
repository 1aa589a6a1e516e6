"""Run the numeric tests the way other processors would compute them.

    python -m tests.processors [options of pytest]

OpenBLAS and oneDNN choose their kernels by processor, and each kernel rounds in its own way. Here they are
told to choose others, so that a test that holds on only one kind of processor is found on this one.
For x86-64; SkylakeX needs AVX-512.

OpenBLAS 0.3.34, which is included in NumPy 2.5.2 and later, crashes on AMD processors with AVX-512 when it is
told to use Haswell and multiplies in float64. Where it does, the tests that need such products are left out,
and a line says so.
"""

from __future__ import annotations

import itertools
import os
import subprocess
import sys

from tests import PROJECT

# OpenBLAS's kernels (None: its own choice for this processor), and whether TensorFlow uses oneDNN.
KERNELS = (None, "Haswell", "SkylakeX")
ONEDNN = ("0", "1")

# The rooms that compute.
NUMERIC = ("analysis", "charts", "distillation", "networks", "pictures", "teachers", "text", "training")


def main(options: list[str]) -> int:
    """Run every combination; returns 1 if any of them fails."""
    folders = [str(PROJECT / "tests" / room) for room in NUMERIC]
    failed = []
    for kernel, onednn in itertools.product(KERNELS, ONEDNN):
        environment = {**os.environ, "TF_ENABLE_ONEDNN_OPTS": onednn}
        environment.pop("OPENBLAS_CORETYPE", None)
        if kernel is not None:
            environment["OPENBLAS_CORETYPE"] = kernel
        name = f"OPENBLAS_CORETYPE={kernel or '(unset)'} TF_ENABLE_ONEDNN_OPTS={onednn}"
        print(f"\n{name}", flush=True)
        command = [sys.executable, "-m", "pytest", "-m", "not processes", *folders, *options]
        if subprocess.run(command, cwd=PROJECT, env=environment, check=False).returncode:
            failed.append(name)
    print("\nFailed with: " + "; ".join(failed) if failed else "\nEvery combination passes.")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
