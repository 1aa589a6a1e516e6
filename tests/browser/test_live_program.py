"""The program in the browser: its numbers are NumPy's and kd/analysis', and its sentences say them."""

from __future__ import annotations

import string

import numpy as np
import pandas as pd
import pytest
from scipy import special, stats

from kd.analysis import softening
from kd.analysis.logits import entropy_bits, softmax
from kd.analysis.playback import confusions
from kd.charts import error_charts
from kd.text import words
from kd.text.answers import PULL_SAYS, SOFT_TARGET_SAYS, answers_says
from kd.text.translation import language_tag
from ui.live import views

TEMPERATURES = [0.1, 0.13, 0.5, 1.0, 2.0, 4.0, 7.7, 20.0, 100.0]
GRID = views.numbers(softening.temperature_grid())


@pytest.fixture(scope="module")
def logits():
    """As networks have them, and hard ones: one that leaves nothing to others, all equal, far apart."""
    drawn = np.random.default_rng(5).normal(0, 9, (40, 10))
    hard = [np.zeros(10), np.full(10, 1e3), np.eye(10)[3] * 800, -np.eye(10)[3] * 800, np.arange(10.0) * 90]
    return np.float32([*drawn, *hard]).astype(np.float64)


def in_digits(says) -> dict:
    return {"says": says, "called": list(views.DIGITS)}


def loss_gradient(label, student, teacher, alpha, temperature, squared) -> dict[str, np.ndarray]:
    """What label and teacher tell the student about a picture, and both: of its logits, in NumPy."""
    apart = special.softmax(student / temperature) - special.softmax(teacher / temperature)
    parts = {
        "labels": alpha * (special.softmax(student) - np.eye(10)[label]),
        "teacher": (1 - alpha) * (temperature if squared else 1 / temperature) * apart,
    }
    return {**parts, "total": sum(parts.values())}


def test_softmax_entropy_and_divergence_are_scipys(asked, logits):
    found = asked(
        "b.map(t => a.map(z => [softmax(z, t), entropyBits(softmax(z, t)), divergenceBits(a[0], z, t)]))",
        logits.tolist(),
        TEMPERATURES,
    )
    for temperature, of_logits in zip(TEMPERATURES, found, strict=True):
        probabilities, entropies, divergences = (
            np.array([each[part] for each in of_logits]) for part in range(3)
        )
        expected = special.softmax(logits / temperature, axis=1)
        np.testing.assert_allclose(probabilities, expected, rtol=1e-12, atol=1e-300)
        np.testing.assert_allclose(entropies, stats.entropy(expected, base=2, axis=1), rtol=1e-12, atol=1e-12)
        logs = special.log_softmax(logits / temperature, axis=1)
        apart = (expected[0] * (logs[0] - logs)).sum(axis=1) / np.log(2)
        np.testing.assert_allclose(divergences, np.maximum(apart, 0), rtol=1e-10, atol=1e-10)


@pytest.mark.parametrize("squared", [True, False])
def test_the_gradient_is_that_of_the_loss(asked, squared):
    """Against the difference quotient of the loss itself, not against another formula of the gradient."""
    student, teacher = np.random.default_rng(6).normal(0, 3, (2, 10))
    label, alpha, step = 4, 0.3, 1e-6

    def loss(z, temperature, part):
        if part == "labels":
            return -alpha * np.log(special.softmax(z)[label])
        own, target = special.softmax(z / temperature), special.softmax(teacher / temperature)
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
    assert asked("a.map(short)", shares) == [error_charts._cell(share) for share in shares]
    temperatures = [0.1, 0.15, 1, 2.5, 10, 12.25, 100]
    assert asked("a.map(plain)", temperatures) == [f"{t:g}" for t in temperatures]


def test_numbers_are_written_as_in_the_pages_language(asked, reads):
    reads("pt_BR", {})
    shares, temperatures = [0, 1e-9, 0.0499, 0.0951, 0.5, 0.77777, 0.9996, 1], [0.15, 1, 12.25]
    facts = {"words": {"train_size": "{value} images"}}
    asked("document.documentElement.lang = a", language_tag())
    assert asked("a.map(percent)", shares) == [words.percent(share) for share in shares]
    assert asked("a.map(short)", shares) == [error_charts._cell(share) for share in shares]
    assert asked("a.map(plain)", temperatures) == [words.plain(each) for each in temperatures]
    assert asked("[exactly(0.91824), points(-1.26, 1)]") == ["91,82\u00a0%", "−1,3"]
    assert asked("wordsOf('train_size', 12345, a.words)", facts) == "12.345 images"
    asked("document.documentElement.lang = ''")


def test_soft_targets_and_pulls_in_words(asked):
    four = "1 (20.0 %) and also 2 (20.0 %), 3 (20.0 %), 4 (20.0 %) and 1 more. That is 2.32 bits of doubt."
    for shares, label, said in (
        ({4: 0.5, 9: 0.5}, 4, "4 (50.0 %) and also 9 (50.0 %). That is 1.00 bits of doubt."),
        (
            {4: 0.5, 9: 0.5},
            9,
            "4 (50.0 %) and also 9 (50.0 %). That is 1.00 bits of doubt. The label says 9.",
        ),
        (dict.fromkeys((1, 2, 3, 4, 5), 0.2), 1, four),
        ({0: 0.98, 6: 0.02}, None, "0 (98.0 %); next comes 6 (2.0 %). That is 0.14 bits of doubt."),
        ({0: 1.0}, 0, "0 (100.0 %). That is 0.00 bits of doubt."),
    ):
        logits = [4 * np.log(shares.get(digit, 1e-300)) for digit in range(10)]
        found = asked("softTargetSentence(a, 4, b, c)", logits, label, in_digits(SOFT_TARGET_SAYS))
        assert found.replace("\u00a0", " ") == f"At T = 4, the teacher says {said}"
    together, alone = (
        "Together they pull 3 up most and push 5 down most.",
        "it pulls 3 up most and pushes 5 down most.",
    )
    gradient = np.eye(10)[5] - np.eye(10)[3]
    for label, teacher, said in (
        (1, 2, f"The teacher pulls 2.0 times as hard as the label. {together}"),
        (40, 1, f"The label pulls 40 times as hard as the teacher. {together}"),
        (9e3, 1, f"The label pulls more than 1,000 times as hard as the teacher. {together}"),
        (1, 1.4, f"The label and the teacher pull about equally hard. {together}"),
        (1, 0, f"Only the label pulls: {alone}"),
        (0, 1, f"Only the teacher pulls: {alone}"),
        (0, 0, "Nothing pulls: the student already says what it is told."),
    ):
        parts = {"labels": (label * gradient).tolist(), "teacher": (teacher * gradient).tolist()}
        assert asked("pullSentence(a, b)", parts, in_digits(PULL_SAYS)) == said


SURE_4, SURE_9, LEANS_4, LOST = {4: 0.901}, {9: 0.95}, {4: 0.7}, {3: 0.12}
FOUR_OR_NINE, NINE_OR_FOUR, FOUR_FIRST = {4: 0.6, 9: 0.3}, {4: 0.3, 9: 0.6}, {4: 0.84, 9: 0.155}
ONE, TWO, SEVEN = ({1: 0.24, 2: 0.24, 7: 0.24, 8: 0.23, digit: 0.251} for digit in (1, 2, 7))
BETWEEN = "All three hesitate between"


@pytest.mark.parametrize(
    ("teacher", "distilled", "scratch", "sentence"),
    [
        (SURE_4, SURE_4, SURE_4, "All three are sure of 4."),
        (FOUR_OR_NINE, NINE_OR_FOUR, NINE_OR_FOUR,
         f"{BETWEEN} 4 and 9: the teacher says 4, and both students say 9."),
        (TWO, ONE, SEVEN,
         f"{BETWEEN} 1, 2 and 7: the teacher says 2, the distilled student says 1, and the scratch student "
         "says 7."),
        (LOST, {5: 0.12}, {0: 0.24}, "All three are at a loss."),
        (FOUR_OR_NINE, FOUR_FIRST, LEANS_4,
         "Like its teacher, the distilled student hesitates between 4 and 9 and says 4; the scratch student "
         "leans towards 4."),
        (SURE_4, SURE_9, SURE_4,
         "The teacher and the scratch student are sure of 4; the distilled student is sure of 9."),
        (SURE_9, FOUR_OR_NINE, LOST,
         "The teacher is sure of 9; the distilled student hesitates between 4 and 9 and says 4; the scratch "
         "student is at a loss."),
    ],
)  # fmt: skip
def test_what_the_models_answer_in_words(asked, teacher, distilled, scratch, sentence):
    def logits(shares):
        rest = (1 - sum(shares.values())) / (10 - len(shares))
        return np.log([shares.get(digit, rest) + 1e-9 for digit in range(10)]).tolist()

    models = {"teacher": logits(teacher), "distilled": logits(distilled), "scratch": logits(scratch)}
    assert asked("answersSentence(a, b)", models, in_digits(answers_says())) == sentence
    far = stats.entropy(*(special.softmax(models[name]) for name in ("teacher", "scratch")), base=2)
    said = asked("distancesSentence(a, b)", models, answers_says())
    assert said.endswith(f"scratch {f'{far:.2f}' if far >= 0.01 else 'less than 0.01'} bits.")


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
    assert asked("voicesSentence(a, b, c)", wide, temperature, in_digits(says)) == said.format(best=0)


def test_the_axis_of_pulls_ends_at_a_round_number_above_all_that_moves_on_it(asked, logits):
    student, teacher = logits[1], logits[0]
    data = views.pulls(4, teacher, {"nothing": student})
    alphas = [0, 0.1, 0.7, 1]
    limits = asked("b.map(alpha => pullLimit(a, { student: 'nothing', alpha }))", data, alphas)
    for alpha, limit in zip(alphas, limits, strict=True):
        gradients = [
            loss_gradient(4, student, teacher, alpha, t, squared)
            for t in GRID
            for squared in (True, False)
            if squared or t >= 1
        ]
        largest = max(np.abs(part).max() for each in gradients for part in each.values())
        assert largest <= limit <= 1.5 * largest
        assert f"{limit:.1e}"[:3] in ("1.0", "1.5", "2.0", "3.0", "4.0", "5.0", "6.0", "8.0")


def test_what_is_saved_of_a_figure_are_the_numbers_of_the_analysis(asked, logits):
    models = {"teacher": logits[0], "distilled": logits[1], "scratch": logits[2]}
    here = {"T": 4, "student": "scratch", "alpha": 0.3, "squared": False, "point": 1}

    def rows_of(view):
        return pd.DataFrame(asked("VIEWS[a.kind](a).rows(b)", view, here))

    for view in (views.soft_targets(models), views.answers(models, 3)):
        found = rows_of(view)
        assert list(found.columns) == ["role", "class", "logit", "probability"]
        expected = softmax(np.stack(list(models.values())), 4.0).ravel()
        np.testing.assert_allclose(found["probability"], expected, atol=1e-6)
        assert found["role"].unique().tolist() == list(models)

    found = rows_of(views.entropies(models))
    for role, own in found.groupby("role"):
        expected = [entropy_bits(softmax(models[role], t)) for t in own["temperature"]]
        np.testing.assert_allclose(own["entropy_bits"], expected, atol=1e-6)
        assert own["temperature"].tolist() == [*GRID, 4.0]
        assert own.loc[own["here"], "temperature"].tolist() == [4.0]

    pull = views.pulls(3, models["teacher"], {"scratch": models["scratch"]})

    def gradient(temperature, squared):
        pair = (models["scratch"], models["teacher"])
        return loss_gradient(3, *pair, 0.3, temperature, squared)

    found = rows_of(pull).set_index("role")["pull"]
    for role, expected in gradient(4.0, False).items():
        np.testing.assert_allclose(found[role], -expected, atol=1e-6)

    found = rows_of(views.strengths(pull)).set_index("part")
    for part in ("labels", "teacher", "teacher_without_t2"):
        own = found.loc[part]
        each = [gradient(t, part == "teacher") for t in own["temperature"]]
        expected = [np.linalg.norm(one[part.removesuffix("_without_t2")]) for one in each]
        np.testing.assert_allclose(own["strength"], expected, rtol=1e-5)

    courses = {"distilled": [0.5, 0.7], "scratch": [0.4, 0.6]}
    found = rows_of(views.course("", courses, ["1/2", "1"], 0.2, "agreement"))
    assert found.to_dict("list") == {
        "role": ["distilled", "distilled", "scratch", "scratch"],
        "point": ["1/2", "1"] * 2,
        "agreement": [0.5, 0.7, 0.4, 0.6],
        "here": [False, True] * 2,
    }

    labels, points = np.arange(10), np.stack([logits[:10], logits[10:20]])
    found = rows_of(views.confusion("scratch", "", "", confusions(labels, points)))
    assert found["count"].sum() == 10
    right = found[(found["true"] == found["predicted"]) & (found["count"] > 0)]
    assert len(right) == (points[1].argmax(1) == labels).sum()
    assert right["share"].tolist() == [1.0] * len(right)

    found = rows_of(views.reading("scratch", "", "", points[:, 7], ["1/2", "1"]))
    np.testing.assert_allclose(found["probability"], softmax(points[:, 7]).ravel(), atol=1e-6)
    assert found.loc[found["here"], "point"].tolist() == ["1"] * 10


NAMED = {26: list(string.ascii_lowercase), 62: [f"sign {number}" for number in range(62)]}
COLUMNS = (
    "(v => { v.draw(b); const text = (li, part) => li.querySelector(part).textContent;"
    " return [...v.element.querySelectorAll('.kd-live-columns')].map(list =>"
    " [...list.children].map(li => [text(li, 'b'), text(li, '.kd-unseen')])); })(VIEWS[a.kind](a))"
)


@pytest.mark.parametrize("count", NAMED)
def test_of_many_classes_the_likeliest_have_a_column_each_and_the_others_one(asked, count):
    names, (teacher, scratch) = NAMED[count], np.random.default_rng(count).normal(0, 3, (2, count))
    here = {"T": 2, "student": "scratch", "alpha": 0.5, "squared": True, "point": 0}
    likely = np.max([special.log_softmax(z) for z in (teacher, scratch)], axis=0)
    shown = sorted(np.argsort(-likely)[:10])
    rest = sorted({*range(count)} - {*shown})

    def columns(view):
        return asked(COLUMNS, view, here)

    ((*each, last),) = columns(views.soft_targets({"teacher": teacher, "scratch": scratch}, names))
    soft = {"Teacher": special.softmax(teacher / 2), "Scratch": special.softmax(scratch / 2)}
    assert [name for name, _said in each] == [names[at] for at in shown]
    for at, (_name, said) in zip([*shown, rest], [*each, last], strict=True):
        shares = [f"{model} {words.percent(shares[at].sum())}" for model, shares in soft.items()]
        assert said.split(": ")[1] == ", ".join(shares)
    assert last[0] == f"+{count - 10}"
    assert last[1].startswith(f"{count - 10} others: ")

    each_model = columns(views.answers({"teacher": teacher, "scratch": scratch}, 3, names))
    assert [[name for name, _said in one] for one in each_model] == 2 * [[name for name, _ in [*each, last]]]

    ((*_, others),) = columns(views.pulls(int(shown[0]), teacher, {"scratch": scratch}, names))
    parts = {
        "labels": 0.5 * (special.softmax(scratch) - np.eye(count)[shown[0]]),
        "teacher": 0.5 * 2 * (special.softmax(scratch / 2) - soft["Teacher"]),
    }
    added = {name: f"{-part[rest].sum():+.2f}".replace("-", "−") for name, part in parts.items()}
    assert others[1].endswith(f"Labels {added['labels']}, Teacher {added['teacher']}")

    most = stats.entropy(np.ones(count), base=2)
    assert f"{most:.2f} bits: all equally likely" in views.entropies({"teacher": teacher})["note"]
    called = asked(
        "softTargetSentence(a, 1, null, b)",
        teacher.tolist(),
        views.soft_target_sentence(teacher, None, names),
    )
    assert f"the teacher says “{names[teacher.argmax()]}” (" in called


def test_a_matrix_of_many_classes_says_what_is_confused_and_what_is_touched(asked):
    counts = np.zeros((1, 26, 26), int)
    counts[0, 11, 8], counts[0, 14, 16], counts[0, 11, 11] = 12, 9, 38
    said = asked(
        "(v => { document.body.append(v.element); v.draw({ point: 0 });"
        " const p = v.element.querySelector('.kd-live-pairs'); const first = p.textContent;"
        " v.element.querySelectorAll('tr')[12].children[9].dispatchEvent("
        "new PointerEvent('pointerover', { bubbles: true }));"
        " return [first, p.textContent]; })(VIEWS.confusion(a))",
        views.confusion("scratch", "", "", counts, NAMED[26]),
    )  # fmt: skip
    assert said == [
        "Confused most often: “l” as “i” (12), “o” as “q” (9). Touch a cell to read it.",
        "“l” read as “i”: 24.0\u00a0% (12). Touch a cell to read it.",
    ]


def test_a_curve_is_said_at_its_ends_and_where_it_is_shown(asked, logits):
    def said(view, values) -> str:
        drawn = "(v => { document.body.append(v.element); v.draw(b); return v.element; })(VIEWS[a.kind](a))"
        text = f"(e => framesLater(3).then(() => e.querySelector('.kd-unseen').textContent))({drawn})"
        return asked(text, view, values)

    models = {"teacher": np.log([0.91, *[0.01] * 9]), "scratch": np.zeros(10)}
    here, low, high = (f"{entropy_bits(softmax(models['teacher'], t)):.2f}" for t in (4.0, 0.1, 100.0))
    assert said(views.entropies(models), {"T": 4}) == (
        f"Teacher: {here} at T = 4; from {low} at T = 0.1 to {high} at T = 100. Scratch: 3.32 at every T."
    )
    strengths = views.strengths(views.pulls(3, models["teacher"], {"scratch": models["scratch"]}))
    only_labels = {"T": 4, "student": "scratch", "alpha": 1, "squared": True}
    assert said(strengths, only_labels) == f"Labels: {np.sqrt(0.9):.2g} at every T."
    course = views.course("", {"scratch": [0.5, 0.8, 0.9]}, ["1/16", "1", "2"], 0.2)
    assert said(course, {"point": 1}) == (
        "Scratch: from 50.00\u00a0% at epoch 1/16 to 90.00\u00a0% at epoch 2."
    )


def test_arrow_keys_go_to_the_next_stop_and_sentences_are_filled_once(asked):
    moves = [(4, 1, 10), (4, -1, 1), (3.9, 1, 4), (0.5, -1, 0.5), (100, 1, 100), (100, -1, 10), (0.3, 1, 0.5)]
    found = asked("a.map(([value, direction]) => nextStop([0.5, 1, 4, 10, 100], value, direction))", moves)
    assert found == [stop for _value, _direction, stop in moves]
    assert asked("filled('{a} and {b} and {c}', { a: '{b}', b: 2 })") == "{b} and 2 and {c}"


def test_filters_have_a_colour_for_the_sign_of_each_weight_and_save_every_one(asked):
    weights = np.arange(-18, 18).reshape(2, 3, 3, 1, 2)
    view = views.filters("scratch", ["", "here"], weights, limit=18.0, first=0)
    found = pd.DataFrame(asked("VIEWS.filters(a).rows(b)", view, {"point": 1}))
    assert len(found) == 18
    one = found[(found["filter"] == 1) & (found["row"] == 3) & (found["column"] == 2)]
    assert one["weight"].tolist() == [weights[1, 2, 1, 0, 1]]
    shown = asked(
        "(() => { const view = VIEWS.filters(a); view.draw(b);"
        " return [...view.element.querySelectorAll('canvas')].map("
        "(square) => [...square.getContext('2d').getImageData(0, 0, 3, 3).data]); })()",
        view,
        {"point": 0},
    )
    colours = np.reshape(shown, (2, 9, 4))
    orange_red = np.abs(colours[..., :3] - [213, 94, 0]) <= 8  # a canvas keeps faint colours in few steps
    assert orange_red.all()  # none wants ink at the first point
    assert colours[0, 0, 3] == 255  # the strongest has the full colour
