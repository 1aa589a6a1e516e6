"""What every Distiller keeps, whatever its objective: checks as those of scikit-learn's `check_estimator`."""

from __future__ import annotations

from importlib import import_module

from kd.distillation.checks.case import CHECKS, MakeDistiller

__all__ = ["CHECKS", "check_distiller"]

for _group in ("of_training", "of_keras", "of_refusals"):
    import_module(f"{__name__}.{_group}")


def check_distiller(make_distiller: MakeDistiller) -> None:
    """Run every check; CHECKS has them by name, so that a test may run each on its own.

    Args:
        make_distiller: given a student and a teacher, or None for a teacher, returns a compiled Distiller of
            the two, always with the same settings. Checks give it small models and made-up data.

    Raises:
        AssertionError: when a check fails; it says what was expected.
    """
    for check in CHECKS.values():
        check(make_distiller)
