"""The program in the browser: its numbers are NumPy's and kd/analysis', its sentences those of kd/text."""

from __future__ import annotations

import json

import numpy as np
import pytest
from playwright.sync_api import Page

from kd.analysis import softening
from kd.analysis.logits import entropy_bits, softmax
from kd.analysis.opinions import soft_target
from kd.analysis.softening import pull_of
from kd.charts import dark_charts, pull_charts
from kd.text import words
from kd.text.dark_words import PULL_SAYS, SOFT_TARGET_SAYS, pull_sentence, soft_target_sentence
from ui.live.live import program

TEMPERATURES = [0.1, 0.13, 0.5, 1.0, 2.0, 4.0, 7.7, 20.0, 100.0]
GRID = [float(f"{t:.8g}") for t in softening.temperature_grid()]


@pytest.fixture(scope="module")
def logits():
    """As networks have them, and hard ones: one that leaves nothing to others, all equal, far apart."""
    drawn = np.random.default_rng(5).normal(0, 9, (40, 10))
    hard = [np.zeros(10), np.full(10, 1e3), np.eye(10)[3] * 800, -np.eye(10)[3] * 800, np.arange(10.0) * 90]
    return np.float32([*drawn, *hard]).astype(np.float64)


@pytest.fixture
def asked(browser):
    """A function that has the browser evaluate an expression in our program, with arguments a, b, c …"""
    page: Page = browser.new_page()

    def ask(expression: str, *arguments):
        names = "abcdefgh"[: len(arguments)]
        script = program().replace("export default", "const mount =")
        called = f"({','.join(names)}) => {{ {script}\nreturn {expression}; }}"
        # numbers that JSON has no words for would become null
        return page.evaluate(f"given => ({called})(...JSON.parse(given))", json.dumps(arguments))

    yield ask
    page.close()


def softmax_of_numpy(logits, temperature):
    powers = np.exp((logits - logits.max(axis=-1, keepdims=True)) / temperature)
    return powers / powers.sum(axis=-1, keepdims=True)


def test_softmax_entropy_and_divergence_are_numpys(asked, logits):
    found = asked(
        "b.map(t => a.map(z => [softmax(z, t), entropyBits(softmax(z, t)), divergenceBits(a[0], z, t)]))",
        logits.tolist(),
        TEMPERATURES,
    )
    for temperature, of_logits in zip(TEMPERATURES, found, strict=True):
        probabilities, entropies, divergences = (
            np.array([each[part] for each in of_logits]) for part in range(3)
        )
        expected = softmax_of_numpy(logits, temperature)
        np.testing.assert_allclose(probabilities, expected, rtol=1e-12, atol=1e-300)
        with np.errstate(divide="ignore", invalid="ignore"):
            bits = -np.nansum(expected * np.log2(expected), axis=1)
        np.testing.assert_allclose(entropies, bits, rtol=1e-12, atol=1e-12)
        shifted = logits / temperature - (logits / temperature).max(axis=1, keepdims=True)
        logs = shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))
        apart = (expected[0] * (logs[0] - logs)).sum(axis=1) / np.log(2)
        np.testing.assert_allclose(divergences, np.maximum(apart, 0), rtol=1e-10, atol=1e-10)


@pytest.mark.parametrize("squared", [True, False])
def test_the_gradient_is_that_of_the_loss(asked, squared):
    """Against the difference quotient of the loss itself, not against another formula of the gradient."""
    student, teacher = np.random.default_rng(6).normal(0, 3, (2, 10))
    label, alpha, step = 4, 0.3, 1e-6

    def loss(z, temperature, part):
        if part == "labels":
            return -alpha * np.log(softmax_of_numpy(z, 1)[label])
        own, target = softmax_of_numpy(z, temperature), softmax_of_numpy(teacher, temperature)
        return (1 - alpha) * (temperature**2 if squared else 1) * (target * np.log(target / own)).sum()

    found = asked(
        "d.map(t => lossGradient(a, b, c, 0.3, t, e))",
        label, student.tolist(), teacher.tolist(), TEMPERATURES, squared,
    )  # fmt: skip
    for temperature, gradient in zip(TEMPERATURES, found, strict=True):
        for part in ("labels", "teacher"):
            quotients = [
                (
                    loss(student + step * one, temperature, part)
                    - loss(student - step * one, temperature, part)
                )
                / (2 * step)
                for one in np.eye(10)
            ]
            assert gradient[part] == pytest.approx(quotients, rel=1e-4, abs=1e-6)


def test_every_number_is_in_the_words_that_the_charts_have(asked):
    shares = [0, 1e-9, 0.00049, 0.0005, 0.0499, 0.0951, 0.09951, 0.1, 0.5, 0.77777, 0.9994, 0.9996, 1]
    assert asked("a.map(percent)", shares) == [words.percent(share) for share in shares]
    assert asked("a.map(short)", shares) == [dark_charts._cell(share) for share in shares]
    temperatures = [0.1, 0.15, 1, 2.5, 10, 12.25, 100]
    assert asked("a.map(plain)", temperatures) == [f"{t:g}" for t in temperatures]


def test_the_sentences_are_those_of_the_server(asked, logits):
    says, pull_says = SOFT_TARGET_SAYS, PULL_SAYS
    found = asked(
        "b.map(t => a.map(z => softTargetSentence(z, t, 3, c)))", logits.tolist(), TEMPERATURES, says
    )
    for temperature, sentences in zip(TEMPERATURES, found, strict=True):
        for z, sentence in zip(logits, sentences, strict=True):
            assert sentence == soft_target_sentence(soft_target(softmax(z, temperature)), temperature, 3)
    alphas = [0, 0.1, 0.5, 1]
    found = asked(
        "c.map(alpha => b.map(t => a.map(z => pullSentence(lossGradient(3, z, a[0], alpha, t, true), d))))",
        logits.tolist(), TEMPERATURES, alphas, pull_says,
    )  # fmt: skip
    for alpha, of_alpha in zip(alphas, found, strict=True):
        for temperature, sentences in zip(TEMPERATURES, of_alpha, strict=True):
            for z, sentence in zip(logits, sentences, strict=True):
                gradient = softening.loss_gradient(np.array(3), z, logits[0], alpha, temperature)
                assert sentence == pull_sentence(pull_of(gradient))


@pytest.mark.parametrize(
    ("teacher", "distilled", "scratch", "temperature", "said"),
    [
        ([9, 0, 0], [9, 0, 0], [9, 0, 0], 1.0, "hidden {best} >\u00a099.9\u00a0%"),
        ([9, 8, 0], [9, 7, 0], [0, 9, 0], 1.0, "heard 0 73.1\u00a0% 1 26.9\u00a0% taught 1"),
        ([9, 8, 0], [9, 7, 0], [9, 0, 0], 1.0, "heard 0 73.1\u00a0% 1 26.9\u00a0% distilled"),
        ([9, 8, 0], [0, 9, 0], [9, 7, 0], 1.0, "heard 0 73.1\u00a0% 1 26.9\u00a0% scratch"),
        ([9, 8, 0], [9, 7, 0], [0, 9, 0], 100.0, "alike {best}"),
    ],
)
def test_the_voices_are_heard_as_they_are(asked, teacher, distilled, scratch, temperature, said):
    says = {
        "hidden": "hidden {digit} {share}",
        "heard": "heard {digit} {share} {other} {other_share}",
        "alike": "alike {digit}",
        "taught": "taught {scratch}",
        "distilled": "distilled",
        "scratch": "scratch",
    }
    wide = {
        name: [*z, *[-40] * 7] if temperature == 1 else [*z, *[0] * 7]
        for name, z in (("teacher", teacher), ("distilled", distilled), ("scratch", scratch))
    }
    assert asked("voicesSentence(a, b, c)", wide, temperature, says) == said.format(best=0)


def test_axis_and_curves_are_those_of_the_saved_figures(asked, logits):
    student, teacher = logits[1], logits[0]
    data = {"label": 4, "teacher": teacher.tolist(), "students": {"a": student.tolist()}, "grid": GRID}
    limits = asked("b.map(alpha => pullLimit(a, { student: 'a', alpha }))", data, [0, 0.1, 0.7, 1])
    assert limits == [pull_charts.pull_limit(4, student, teacher, alpha) for alpha in (0, 0.1, 0.7, 1)]
    bits = asked("b.map(t => entropyBits(softmax(a, t)))", teacher.tolist(), GRID)
    curve = softening.entropy_curve({"teacher": teacher})
    np.testing.assert_allclose(bits, curve["entropy_bits"], atol=1e-6)
    assert entropy_bits(softmax(teacher, 100)) == pytest.approx(bits[-1])


@pytest.mark.parametrize(
    ("value", "direction", "expected"),
    [(4, 1, 10), (4, -1, 1), (3.9, 1, 4), (0.5, -1, 0.5), (100, 1, 100), (100, -1, 10), (0.3, 1, 0.5)],
)
def test_arrow_keys_go_to_the_next_stop(asked, value, direction, expected):
    assert asked("nextStop([0.5, 1, 4, 10, 100], a, b)", value, direction) == expected


def test_what_a_sentence_is_filled_with_is_not_filled_again(asked):
    assert asked("filled('{a} and {b} and {c}', { a: '{b}', b: 2 })") == "{b} and 2 and {c}"
