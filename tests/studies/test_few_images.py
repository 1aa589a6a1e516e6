"""What few images cost: the figures of the study that comes with the project, computed again by hand."""

from __future__ import annotations

import csv
import statistics

import pytest

from kd.studies.few_images import few_images
from kd.studies.shipped import FILE, shipped_study
from tests.studies.two_way import interval, points


def shares(images: int, model: str) -> list[float]:
    """Of the default setting: α 0.1, T 10, T²."""
    with FILE.open(encoding="utf-8") as file:
        return [
            float(row[f"{model}_accuracy"])
            for row in csv.DictReader(file)
            if row.get("length", "short") == "short"
            and int(row["train_size"]) == images
            and (float(row["alpha"]), float(row["temperature"])) == (0.1, 10)
            and row["temperature_squared"] == "True"
        ]


def test_it_has_five_seeds_of_each():
    found = few_images()
    assert (found.few, found.many) == (500, 10_000)
    assert list(found.alone) == shares(500, "scratch")
    assert list(found.taught) == shares(500, "distilled")
    assert list(found.enough) == shares(10_000, "scratch")
    assert len(found.alone) == len(found.taught) == len(found.enough) == 5


def test_what_is_lost_and_what_comes_back_in_points():
    found = few_images()
    mean = statistics.mean
    lost = mean(shares(10_000, "scratch")) - mean(shares(500, "scratch"))
    assert found.lost == pytest.approx(100 * lost)
    gains = [100 * (d - s) for d, s in zip(shares(500, "distilled"), shares(500, "scratch"), strict=True)]
    assert found.back == pytest.approx(mean(gains))
    runs = shipped_study().query(
        "train_size == 500 and alpha == 0.1 and temperature == 10 and temperature_squared"
    )
    low, high, _p = interval(points(runs["distilled_blocks"]) - points(runs["scratch_blocks"]))
    assert (found.low, found.high) == pytest.approx((low, high), abs=1e-4)
