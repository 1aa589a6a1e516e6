"""What stands under each view of dark knowledge: it does not move with T, so it is not drawn with it."""

from __future__ import annotations

from kd.text.words import article, percent
from ui.shared.lesson import lesson


def one_picture(label: int) -> None:
    """Under the soft targets of one picture, of this label."""
    lesson(
        f"A label says one word: “{label}”. The teacher says ten numbers, and the nine for the wrong "
        "digits are no "
        "noise: they tell which digits this one nearly is. In a trained teacher they are so small that a "
        "student would never feel them. Dividing the logits by a temperature T before the softmax shrinks "
        "all differences alike, and the small numbers come into sight. Squares and triangles are the two "
        "students: the blue one was taught with such numbers, the grey one was not.",
        "Choose a picture the teacher is sure of (A digit, the first in the strip), set T to 1, and switch "
        "the logarithmic scale on and off. One bar becomes ten. Now drag T: however far you go, no bar ever "
        "overtakes another. The doubts were there all along.",
        r"q_i = \frac{\exp(z_i / T)}{\sum_j \exp(z_j / T)} \qquad H(q) = -\sum_i q_i \log_2 q_i",
        "$z$: the teacher's logits; $q$: its soft targets at temperature $T$; $H$: their entropy in bits. "
        "Hinton, Vinyals and Dean (2015), *Distilling the Knowledge in a Neural Network*, section 2.",
    )


def pull() -> None:
    """Under the pull on a student."""
    lesson(
        "Training moves each logit of the student against the gradient of the loss. That gradient is a sum "
        "of two plain differences: what the student says minus what the label says, and, with both softened, "
        "what it says minus what the teacher says. Green bars are the label's wish, orange ones the "
        "teacher's, the grey tick is what the student feels. The label only ever pulls one class up. The "
        "teacher has a wish for every class.",
        "Set T to 20 and switch T² off. The orange bars are gone: at this temperature the teacher pulls 400 "
        "times less, and α no longer means what it says. That is all T² is for: softening divides the "
        "gradient by T twice, once in the derivative and once because soft targets differ less.",
        r"\frac{\partial L}{\partial z_s} = \alpha\,\bigl(\sigma(z_s) - y\bigr) + (1-\alpha)\,s\,"
        r"\frac{\sigma(z_s/T) - \sigma(z_t/T)}{T}, \qquad s = T^2 \text{ or } 1",
        "$z_s, z_t$: logits of student and teacher; $y$: the label as a vector with a single 1; $\\sigma$: "
        "softmax. Bars show the negative gradient, so up is up. Hinton et al. (2015), section 2: soft "
        "targets' gradients scale as $1/T^2$.",
    )


def whole_test_set(a: int, b: int, there: float, back: float) -> None:
    """Under the view of all test pictures.

    Args:
        a, b: the digits that are alike in one direction only.
        there, back: the mean soft target of b for pictures of a at T = 4, and of a for pictures of b.
    """
    lesson(
        "Each row is the average of the soft targets of all test pictures of one digit. Nobody ever told the "
        "teacher that a 4 is like a 9 and unlike a 0: it was trained on single words. That it knows all the "
        "same is what Hinton called dark knowledge, and it is what a distilled student is taught on every "
        "picture, for free.",
        f"Set T to 4. Click the cell in row {a}, column {b}, then the one in row {b}, column {a}. To this "
        f"teacher {article(a)} {a} has {percent(there)} of {article(b)} {b}, and {article(b)} {b} "
        f"{percent(back)} of {article(a)} {a}: looking alike is not mutual, and no label ever said so.",
        r"M_{cj} = \frac{1}{|\{n: y_n = c\}|} \sum_{n:\, y_n = c} "
        r"\frac{\exp(z_{nj}/T)}{\sum_k \exp(z_{nk}/T)}",
        "$M_{cj}$: mean probability that pictures of class $c$ give to class $j$; $z_n$: the teacher's "
        "logits for test picture $n$, $y_n$ its label.",
    )
