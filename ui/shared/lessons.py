"""What stands at the foot of a page: a paragraph, something to try, and the formula one click below."""

from __future__ import annotations

from ui.shared.lesson import lesson

_OBJECTIVE = (
    r"L = \alpha\,\text{CE}\bigl(y, \sigma(z_s)\bigr) + (1-\alpha)\,s\,"
    r"\text{KL}\bigl(\sigma(z_t/T)\,\|\,\sigma(z_s/T)\bigr), \qquad s = T^2 \text{ or } 1"
)
_OBJECTIVE_SYMBOLS = (
    "$y$: the label; $z_s, z_t$: logits of student and teacher; $\\sigma$: softmax; CE: cross-entropy; KL: "
    "Kullback–Leibler divergence. Hinton, Vinyals and Dean (2015), *Distilling the Knowledge in a Neural "
    "Network*, section 2."
)


def home(ratio: float, teacher: float, distilled: float) -> None:
    """Under the picture of distillation.

    Args:
        ratio: parameters of the teacher for each of the student's.
        teacher, distilled: their test accuracies, as fractions.
    """
    lost = round(10_000 * (teacher - distilled))
    lesson(
        "A student is trained on two things at once: the label, and the teacher's probabilities, softened by "
        "a temperature T so that the small ones count too. α says how much the label weighs. The same "
        "student trained on labels alone, called scratch, shows what the teacher's part was worth.",
        f"Guess before you look: of {ratio:.0f} parameters of its teacher a student keeps one. How many of "
        f"the 10,000 test pictures does it pay for that? In the run above, {lost:,}.",
        _OBJECTIVE,
        _OBJECTIVE_SYMBOLS,
    )


def train() -> None:
    """Under a run on Train."""
    lesson(
        "Both students are the same network. They start from the same weights and see the same pictures in "
        "the same order; scratch is told the labels, the distilled one is also told what its teacher thinks "
        "of each picture. So whatever lies between their two lines is the teacher's doing.",
        "Set α to 0 and press Train. This student never sees a label, only what its teacher thinks. Bet "
        "against it, and then look which of the two students is ahead.",
        _OBJECTIVE,
        _OBJECTIVE_SYMBOLS,
    )


def draw() -> None:
    """Under the answers on Draw."""
    lesson(
        "Your drawing is prepared as MNIST's digits were: fitted into 20 × 20 pixels, then moved until its "
        "centre of mass is in the middle of 28 × 28. Then each network turns it into ten logits, and the "
        "softmax makes probabilities of them. All three must always choose: there is no answer “none of "
        "these”.",
        "Draw a plain stroke, a 1, and give it a flag to the left at its top; make the flag longer and "
        "longer. Where does it become a 7? To the models that came with the app a flag of a third of the "
        "stroke is enough, and nobody ever told them where the border lies.",
        r"p_i = \frac{\exp(z_i / T)}{\sum_j \exp(z_j / T)}",
        "$z$: a model's logits for your drawing; $T$: the slider above, 1 for the plain answer. How MNIST "
        "was prepared: LeCun, Bottou, Bengio and Haffner (1998), *Gradient-based learning applied to "
        "document recognition*, section III.A.",
    )


def earlier() -> None:
    """Under the playback of one drawing."""
    lesson(
        "Both students' weights were kept as they learned, and your drawing has just been shown to each of "
        "them. At first hardly more than the brightness of a region counts; the strokes that tell one digit "
        "from another come later, and so does certainty.",
        "Draw an untidy digit and go back to the first points. The twins begin with the same weights, so "
        "they begin with the same mistakes: look where their ways part.",
        r"p^{(t)} = \sigma\bigl(z(x; \theta^{(t)})\bigr)",
        "$x$: your drawing; $\\theta^{(t)}$: a student's weights at time $t$, kept in 16 bits; $z$: its "
        "logits; $\\sigma$: softmax.",
    )


def runs() -> None:
    """Under the list of runs."""
    lesson(
        "A seed decides the initial weights and the order of the pictures, so a run is one draw of many. The "
        "interval that stands with each comparison knows of the 10,000 test pictures and of no other seed: "
        "who compares two settings needs several runs of each.",
        "Open a run in Train, and train it again with other seeds (under More). See how far the same "
        "student moves with nothing changed but luck, and compare that with what a new α or T does.",
        r"d = \frac{\text{fixed} - \text{broken}}{n}",
        "fixed, broken: test pictures that only the distilled, or only the scratch student gets right; $n$: "
        "10,000. The 95 % interval of $d$ is that of Newcombe (1998), method 10, for paired proportions.",
    )
