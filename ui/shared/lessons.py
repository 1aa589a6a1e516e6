"""The lesson at the foot of each page: a paragraph, something to try, and the formula one click away."""

from __future__ import annotations

from kd.config import FIELDS, RunConfig
from kd.text.translation import N_, _
from kd.text.words import listing, plain
from ui.shared.lesson import lesson

_OBJECTIVE = (
    r"L = \alpha\,\text{CE}\bigl(y, \sigma(z_s)\bigr) + (1-\alpha)\,s\,"
    r"\text{KL}\bigl(\sigma(z_t/T)\,\|\,\sigma(z_s/T)\bigr), \qquad s = T^2 \text{ or } 1"
)
_ANY_OBJECTIVE = r"L = \alpha\,\text{CE}\bigl(y, \sigma(z_s)\bigr) + w \sum_k \ell_k"
_OBJECTIVE_SYMBOLS = N_(
    "$y$: the label; $z_s, z_t$: logits of student and teacher; $\\sigma$: softmax; CE: cross-entropy; KL: "
    "Kullback–Leibler divergence. Hinton, Vinyals and Dean (2015), *Distilling the Knowledge in a Neural "
    "Network*, section 2."
)


_MORE_WRONG = N_(
    "Guess before you look: the student has one parameter for every {ratio} of its teacher's. How many more "
    "of the 10,000 test pictures does it get wrong? For the models above, the answer is {lost}."
)
_FEWER_WRONG = N_(
    "Guess before you look: the student has one parameter for every {ratio} of its teacher's. Which of the "
    "two gets more of the 10,000 test pictures right? For the models above, it is the student, by {lost}."
)


def home(ratio: float, teacher: float, distilled: float) -> None:
    """Under the voices, in a folded section.

    Args:
        ratio: how many parameters the teacher has for each of the student's.
        teacher, distilled: their test accuracies, as fractions.
    """
    lost = round(10_000 * (teacher - distilled))
    lesson(
        _("What the teacher adds"),
        _(
            "The distilled student learns from two things at once: the label, and the teacher's "
            "probabilities, softened by a temperature T so that the small ones count too. α sets how much "
            "the label counts. Its twin, called scratch, learns from the labels alone and so shows what the "
            "teacher adds."
        ),
        _(_MORE_WRONG if lost >= 0 else _FEWER_WRONG, ratio=f"{ratio:.0f}", lost=f"{abs(lost):,}"),
        _OBJECTIVE,
        _(_OBJECTIVE_SYMBOLS),
        folded=True,
    )


def train(config: RunConfig) -> None:
    """Under a run on Train, of this setting."""
    if config.objective_class.uses_teacher:
        try_this = _(
            "Set α to 0 and press Train. The distilled student now never sees a label, only what its teacher "
            "thinks. Would you bet on it? See which of the two students comes out ahead."
        )
    else:
        try_this = _(
            "Under More, choose an objective with a teacher, and press Train. See whether a teacher gives "
            "more than “{objective}”.",
            objective=_(config.objective_class.label),
        )
    lesson(_("The same network twice"), _same_network(config), try_this, *_formula(config))


_TWINS = N_(
    "Both students are the same network. They start from the same weights and see the same pictures in the "
    "same order; scratch is told only the labels, while the distilled student is also told what its teacher "
    "thinks of each picture. So their two lines differ by what this changes in the loss, and by how much "
    "that is with this seed: another one has another gap, and so may a longer training."
)
_SOME_LABELS = N_(
    "Both students are the same network, and start from the same weights. Scratch sees only the pictures "
    "that have labels; the distilled student sees the others, too, and is told what its teacher thinks of "
    "them. So their two lines differ by that, and by how much it is with this seed: another one has another "
    "gap, and so may a longer training. Without the teacher, those pictures would teach nothing."
)
_OBJECTIVE_ALONE = N_(
    "Both students are the same network, and start from the same weights. Neither has a teacher: the "
    "distilled student's objective makes something else of the labels than scratch does. So their two lines "
    "differ by that, and by how much it is with this seed: another one has another gap, and so may a longer "
    "training."
)
_NO_PART = N_(
    "Both students are the same network, and start from the same weights. At α = 1 the distilled student "
    "learns from the labels alone, as scratch does, so any gap between their two lines is not the teacher's "
    "doing."
)
_WRONG_LABELS = N_("Of the labels, {share} % are drawn at random, the same ones for both.")
_OMITTED = N_("The training pictures of {digits} are left out for both.")
_MISTAKEN = N_(
    "The distilled student learns with a mistake that is made on purpose ({mistake}), and not by the formula."
)
_SMOOTHED = N_(
    "Scratch's labels are smoothed, which shows whether the distilled student gains more than that."
)


def _same_network(config: RunConfig) -> str:
    """What the two students have in common, and what sets them apart."""
    if config.alpha == 1:
        sentences = [_(_NO_PART)]
    elif not config.learns_from_teacher:
        sentences = [_(_OBJECTIVE_ALONE)]
    else:
        sentences = [_(_SOME_LABELS if config.counts("labelled") else _TWINS)]
    if config.makes_mistake:
        sentences.append(_(_MISTAKEN, mistake=FIELDS["mistake"].in_words(config.mistake)))
    if config.label_noise:
        sentences.append(_(_WRONG_LABELS, share=plain(100 * config.label_noise)))
    if config.omitted_digits:
        sentences.append(_(_OMITTED, digits=listing(list(config.omitted_digits))))
    if config.baseline == "label_smoothing":
        sentences.append(_(_SMOOTHED))
    return " ".join(sentences)


def _formula(config: RunConfig) -> tuple[str, str]:
    """The run's loss, and what its symbols mean."""
    objective = config.objective_values()
    if config.objective == "soft_targets":
        return _OBJECTIVE, _(_OBJECTIVE_SYMBOLS)
    weight = objective.teacher_weight()
    symbols = _(
        "$y$: the label; $z_s$: the student's logits; $\\sigma$: softmax; CE: cross-entropy; "
        "$\\ell_k$: {terms}; $w$: their weight, {weight} here. {objective}: {help} {source}.",
        terms=listing([_(label) for label in objective.term_labels.values()]),
        weight="1 − α" if weight == 1 - config.alpha else plain(weight),
        objective=_(objective.label),
        help=_(objective.help),
        source=objective.source,
    )
    return _ANY_OBJECTIVE, symbols


def draw() -> None:
    """Under the answers on Draw."""
    lesson(
        _("What the models see"),
        _(
            "Your drawing is prepared the way MNIST's digits were: scaled to fit into 20 × 20 pixels, then "
            "shifted until its centre of mass is in the middle of 28 × 28. Each network turns it into ten "
            "logits, and the softmax turns those into probabilities. All three must always choose: there is "
            "no answer “none of these”."
        ),
        _(
            "Draw a plain stroke, a 1, and add a flag to the left at its top; make the flag longer and "
            "longer. When does it become a 7? For the models that came with the app, a flag two fifths as "
            "long as the stroke is enough, and nobody ever told them where the border is."
        ),
        r"p_i = \frac{\exp(z_i / T)}{\sum_j \exp(z_j / T)}",
        _(
            "$z$: a model's logits for your drawing; $T$: the slider above, 1 for the plain answer. How "
            "MNIST was prepared: LeCun, Bottou, Bengio and Haffner (1998), *Gradient-based learning applied "
            "to document recognition*, section III.A."
        ),
    )


def earlier(points: int) -> None:
    """Under the playback of one drawing. points: at how many times the students' weights were saved."""
    try_this = _(
        "Draw an untidy digit and go back to the first point. The twins began with the same weights, so they "
        "began with the same mistakes. Do they still read it alike there, and which of them is surer?"
    )
    if points == 1:
        try_this = _(
            "So short a training is saved only once, at its end: train a run with more epochs or images, and "
            "come back with an untidy digit. The twins begin with the same weights, so they begin with the "
            "same mistakes."
        )
    lesson(
        _("Rough first, sure later"),
        _(
            "Both students' weights were saved as they learned, and your drawing has just been shown to each "
            "of those earlier students. At first, little more than the brightness of a region counts; the "
            "strokes that tell one digit from another come later, and certainty comes with them."
        ),
        try_this,
        r"p^{(t)} = \sigma\bigl(z(x; \theta^{(t)})\bigr)",
        _(
            "$x$: your drawing; $\\theta^{(t)}$: a student's weights at time $t$, kept in 16 bits; $z$: its "
            "logits; $\\sigma$: softmax."
        ),
        folded=True,
    )


def runs() -> None:
    """Under the list of runs."""
    lesson(
        _("How far one run can be trusted"),
        _(
            "A seed decides the training pictures, their order and the initial weights, so each run is one "
            "throw of the dice. The interval shown with each comparison allows for chance in the 10,000 test "
            "pictures but not in the seed: to compare two settings, you need several runs of each."
        ),
        _(
            "Open a run in Train and train it again with other seeds (under More). See how much the same "
            "student varies by luck alone, and compare that with what another α or T does."
        ),
        r"d = \frac{\text{fixed} - \text{broken}}{n}",
        _(
            "fixed, broken: the test pictures that only the distilled student gets right, and those that "
            "only scratch does; $n$: 10,000. The 95 % interval of $d$ is Newcombe's (1998), method 10, for "
            "paired proportions."
        ),
    )


def sweep() -> None:
    """Under a study on Sweep."""
    lesson(
        _("One run is an anecdote"),
        _(
            "A student's accuracy depends on luck, too: on its images, their order and its first weights. "
            "So each cell is trained with several seeds, and each seed gives a pair of students who share "
            "their luck. The mean of their differences, with its 95 % interval, says how far apart the two "
            "are on average at that setting, after so many epochs: a longer training may say something else."
        ),
        _(
            "Vary the training images and nothing else, with five seeds. From how many images on would you "
            "no longer bother with a teacher? Then replace the images by labels drawn at random."
        ),
        r"\bar{d} \pm t_{n-1,\,0.975}\,"
        r"\sqrt{\frac{MS_\text{seeds} + \max(0,\,MS_\text{blocks} - MS_\text{residual})}{n\,G}}",
        _(
            "$\\bar{d}$: the mean over $n$ seeds of distilled minus scratch, in points; $MS$: the mean "
            "squares of a two-way analysis of variance of seeds and $G = 20$ blocks of test pictures. A "
            "verdict is corrected for the number of cells (Holm 1979), so that a map of many cells does not "
            "find by luck what is not there."
        ),
    )
