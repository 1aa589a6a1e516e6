"""The mistakes: those made in a line of code, each beside the same right students, and one in reporting."""

from __future__ import annotations

import math
from functools import cache

import numpy as np

from kd.studies.experiments.card import *
from kd.studies.mistakes import LOSS, RIGHT_LINE, Mistake, MistakeExperiment, Thread, made

_BOTH = "p, q = softmax(teacher_logits / T), softmax(student_logits / T)\n"
_SOFTMAX = 'teacher.add(layers.Dense(10, activation="softmax"))'

_MADE = (
    made(
        "no_t_squared",
        RIGHT_LINE.removesuffix(" * T**2"),
        thread=Thread(
            "keras-team/keras-io #869",
            "Knowledge Distillation: Scaling of the distillation loss",
            N_(
                "It notes that the Keras example has no T², and suggests to multiply by it, as the paper "
                "recommends."
            ),
        ),
        title=N_("T² forgotten"),
        question=N_("The teacher's part of the loss is not multiplied by T². Would you notice?"),
        means=N_(
            "The gradients of soft targets shrink as 1/T². Without the factor, α no longer says how labels "
            "and teacher are balanced: the higher T, the less the teacher counts. Once the labels are "
            "learned, their gradient fades and the teacher is heard after all: that takes longer."
        ),
        differs=N_(
            "The author of the example answers in pull request 870 that he left T² out on purpose: it only "
            "changes how one has to choose α and T. True, but who chooses them anew?"
        ),
        sweep=Study(
            RunConfig(alpha=0.5),
            {"temperature": (1.0, 4.0, 10.0, 20.0), "temperature_squared": (True, False)},
            5,
        ),
    ),
    made(
        "mean_reduction",
        _BOTH + "distillation_loss = mean(p * log(p / q)) * T**2",
        right=_BOTH + "distillation_loss = mean(sum(p * log(p / q), axis=-1)) * T**2",
        thread=Thread(
            "yuanli2333/Teacher-free-Knowledge-Distillation #5",
            "Questions about KD loss",
            N_(
                "One asks why the loss does not use PyTorch's “batchmean”, and another takes it for a bug; "
                "the author answers that with it one needs other settings."
            ),
        ),
        title=N_("Mean instead of batch mean"),
        question=N_(
            "A divergence sums over the classes; PyTorch's default takes their mean, a tenth for ten digits. "
            "Would you notice?"
        ),
        means=N_(
            "It is a factor, so it changes the balance of labels and teacher and nothing else. Where the "
            "teacher outweighs the labels by far, a tenth of that is plenty. With a thousand classes it is a "
            "thousandth."
        ),
        differs=N_(
            "The thread is about PyTorch, whose line is written out here: p times the logarithm of p / q."
        ),
    ),
    made(
        "alpha_reversed",
        "loss = alpha * distillation_loss + (1 - alpha) * student_loss",
        right="loss = alpha * student_loss + (1 - alpha) * distillation_loss",
        thread=Thread(
            "lucidrains/vit-pytorch #91",
            "Fix alpha coefficient multiplication in the loss",
            N_(
                "It corrects which part α multiplies. At α = 0.5 that makes no difference, it says, and at "
                "other values the loss is not the paper's."
            ),
        ),
        title=N_("α the wrong way round"),
        question=N_(
            "Some papers give α to the labels, others to the teacher. What if one's α meets the other's code?"
        ),
        means=N_(
            "α = 0.1 becomes 0.9, so the labels get the weight that was meant for the teacher. The soft "
            "targets keep their T², so even a tenth of them counts, all the more once the labels are learned "
            "and their gradient fades."
        ),
        differs=N_("The thread is about a vision transformer; here it is a small convolutional network."),
        sweep=Study(RunConfig(), {"alpha": (0.1, 0.3, 0.5, 0.7, 0.9)}, 5),
    ),
    made(
        "reversed_divergence",
        LOSS.format("softmax(student_logits / T), softmax(teacher_logits / T)"),
        thread=Thread(
            "huggingface/trl #3043",
            "Fixing JSD loss computation in GKDTrainer as per definition",
            N_(
                "It corrects a loss between the two divergences, and notes that the order of PyTorch's "
                "arguments can confuse."
            ),
        ),
        title=N_("Divergence the wrong way round"),
        question=N_("A divergence has two arguments, easily exchanged. What does that do to a student?"),
        means=N_(
            "KL(teacher ‖ student) punishes a student that rules out what the teacher thinks possible; "
            "KL(student ‖ teacher) one that thinks possible what the teacher rules out. Near their common "
            "minimum, and at a high T, the two are nearly the same. Language models are often distilled the "
            "second way, on purpose."
        ),
        differs=N_("The thread is about language models, which have thousands of words to choose from."),
    ),
    made(
        "one_temperature",
        LOSS.format("softmax(teacher_logits / T), softmax(student_logits)"),
        thread=Thread(
            "yuanli2333/Teacher-free-Knowledge-Distillation #24",
            "Question about the loss function of Tf-reg KD",
            N_(
                "It asks whether the student's outputs should be divided by T as well, as the paper's "
                "equation 9 has it: the code divides the teacher's alone."
            ),
        ),
        title=N_("T on one side only"),
        question=N_("The teacher's logits are divided by T, the student's are not. What comes of it?"),
        means=N_(
            "The student has to say outright what the teacher only says softly, and seems unsure of every "
            "digit. Logits a tenth as large do for that, so it takes fewer steps: a short training flatters "
            "the mistake."
        ),
        differs=N_(
            "In the thread the teacher is virtual and there is no T². Here T² stays, so that the line "
            "differs in one place only, and the gradient becomes long."
        ),
    ),
    made(
        "probabilities_for_logits",
        {
            "teacher_probabilities": _SOFTMAX,
            "both_probabilities": f'{_SOFTMAX}\nstudent.add(layers.Dense(10, activation="softmax"))',
        },
        right="teacher.add(layers.Dense(10))",
        students={
            "teacher_probabilities": N_("the student of the teacher's probabilities"),
            "both_probabilities": N_("the student whose own probabilities are compared with them"),
        },
        thread=Thread(
            "keras-team/keras-io #755",
            "knowledge_distillation teacher model",
            N_(
                "It asks whether the example's teacher is meant to end without a softmax. It is, says the "
                "answer: its loss expects logits."
            ),
        ),
        title=N_("Probabilities for logits"),
        question=N_(
            "The teacher ends in a softmax, and the loss takes another softmax of that. What if both "
            "networks do?"
        ),
        means=N_(
            "Probabilities lie between 0 and 1, so a softmax of them is nearly flat, at T = 10 all the more. "
            "On the teacher's side that leaves soft targets that hardly name a digit; on both sides it takes "
            "the gradient away as well. The loss is small and looks as if all were learned. Patience does "
            "not help."
        ),
        differs=N_("With both, the labels' part still gets logits, so that one thing is wrong at a time."),
    ),
    made(
        "log_probabilities",
        LOSS.format("log_softmax(teacher_logits / T), log_softmax(student_logits / T)"),
        thread=Thread(
            "HobbitLong/RepDistiller #52",
            "Why using log_softmax instead of softmax?",
            N_(
                "It asks why one side of PyTorch's divergence gets log_softmax and the other softmax: they "
                "would not be comparable."
            ),
        ),
        title=N_("Log-probabilities for probabilities"),
        question=N_(
            "PyTorch's divergence wants the student's log-probabilities, Keras' wants probabilities. What if "
            "Keras gets logarithms?"
        ),
        means=N_(
            "Keras clips what its divergence gets to between 0.0000001 and 1. Logarithms of probabilities "
            "are below 0, so all become the same number: the loss is 0, its gradient is 0, and nobody says "
            "so. The student learns from its labels alone, however long it is trained."
        ),
        differs=N_(
            "The thread is about PyTorch, where log_softmax is right on the student's side. The same line is "
            "wrong in Keras."
        ),
    ),
    made(
        "teacher_in_training",
        "teacher_logits = teacher(images, training=True)",
        right="teacher_logits = teacher(images, training=False)",
        thread=Thread(
            "neuralmagic/sparseml #2191",
            "Fix Distill Teacher Eval Mode",
            N_(
                "The teacher was wrapped into the student, so the student's train() put it into training "
                "mode, too; the change keeps it in evaluation mode."
            ),
        ),
        title=N_("The teacher left in training mode"),
        question=N_(
            "A teacher with dropout answers while half of what it sees is dropped. What does its student "
            "learn?"
        ),
        means=N_(
            "Dropout adds noise to the teacher's logits and keeps their mean. Over many pictures a student "
            "finds the mean; how much the noise matters depends on how wide the layer is that loses half of "
            "its features."
        ),
        differs=N_(
            "The included teachers have no dropout. This one gets it for the experiment: half of the "
            "features before its last layer are dropped, once for each picture, not anew in each epoch."
        ),
    ),
    made(
        "cached_answers",
        "teacher_logits = answers_by_batch[number_of_batch]",
        right="teacher_logits = answers[pictures_of_batch]",
        thread=Thread(
            "haitongli/knowledge-distillation-pytorch #4",
            "The train dataloader will be shuffled every epoch, Does it really work?",
            N_(
                "The teacher's outputs are computed once, batch by batch, and taken by the number of the "
                "batch later on, when the pictures have been shuffled anew."
            ),
        ),
        title=N_("Kept answers of other pictures"),
        question=N_(
            "The teacher's answers are kept batch by batch; then the pictures are shuffled. What does the "
            "student learn?"
        ),
        means=N_(
            "Each answer meets another picture in each epoch, so all that is left to learn is their average, "
            "the same for every picture. The labels are right, and at a small α too faint to be heard."
        ),
        differs=N_(
            "The thread's author first answers that the loss stays right. Issue 23 of the same repository "
            "asks about a milder form: outputs are computed once, although each epoch crops and flips the "
            "pictures anew."
        ),
    ),
    made(
        "same_network",
        LOSS.format("softmax(teacher_logits / T), softmax(teacher_logits / T)"),
        thread=Thread(
            "labmlai/annotated_deep_learning_paper_implementations #66",
            "Small error in distillation code",
            N_(
                "Both sides of the loss used the large network's logits. It is no small bug, the author "
                "answers: it stops the distillation completely."
            ),
        ),
        title=N_("The same network twice"),
        question=N_("Both sides of the divergence come from the same network. Would the run look wrong?"),
        means=N_(
            "A distribution has no distance from itself. The teacher's part is 0 from the first step to the "
            "last, and the student is its scratch student under another name. A loss that starts at 0 is no "
            "loss that has been learned."
        ),
        differs=N_(
            "In the thread it slipped in while the code was tidied up, after the experiments had been run."
        ),
    ),
    made(
        "keras_default",
        "distillation_loss = LogitsDistillation(temperature=T)",
        right="distillation_loss = LogitsDistillation(temperature=T, loss=KLDivergence())",
        thread=Thread(
            "keras-team/keras #21572",
            "Add Distillation API to Keras",
            N_("It adds keras.distillation to Keras."),
        ),
        title=N_("Keras' own default"),
        question=N_(
            "Keras 3.15 has a loss for distillation, whose default is “kl_divergence”. What does a student "
            "learn from it?"
        ),
        means=N_(
            "The name becomes a function, and softmax and T² are only for an object: the function takes "
            "logits for probabilities, and clips them to between 0.0000001 and 1, so the loss can fall below "
            "0. Give it KLDivergence() itself, and it is right."
        ),
        differs=N_(
            "The thread does not speak of it: the behaviour is that of Keras 3.15, with which the project's "
            "tests compare this mistake number by number."
        ),
    ),
)

# The best of many runs against a single one: a mistake in reporting, with a method that does nothing.
_ALPHAS = (0.1, 0.3, 0.5, 0.7, 0.9)
# On average, the standard deviation of five draws is so much of the true one.
_OF_FIVE = 0.94


@cache
def luck(draws: int) -> float:
    """Returns how far the best of so many draws from a normal distribution is above one, on average.

    In standard deviations: the mean of the largest, by its density.
    """
    from scipy.special import ndtr

    at = np.linspace(-10, 10, 4_001)
    density = np.exp(-(at**2) / 2) / math.sqrt(2 * math.pi)
    return float(np.trapezoid(at * draws * density * ndtr(at) ** (draws - 1), at))


def _of_luck(draws: int) -> Quantity:
    """Returns what luck alone gives the best of so many runs, from how far those of a seed are apart."""
    return Quantity(lambda rows: rows.groupby("seed")["distilled_right"].std() / _OF_FIVE * luck(draws))


_best = Quantity(lambda rows: rows.groupby("seed")["distilled_right"].max())
_reported = _best - scratch(alpha=_ALPHAS[0]).without_blocks()
_honest = gain(alpha=_ALPHAS[0]).without_blocks()  # of the setting that was chosen first
_luck_alone = told(
    N_("what luck alone gives the best of {draws}"),
    N_("From how far the runs are apart, luck alone gives the best of {draws} {value} points ({interval})."),
    by=("draws",),
)
_REPORTED = Thread(
    "megvii-research/mdistiller #40",
    "Failed to reproduce DKD result with ResNet32x4 / ResNet8x4 on CIFAR100",
    N_(
        "Somebody gets 75.8 to 76.19 % where the paper says 76.32 %, which is quoted as an average of 5 "
        "trials. The answer points to issue 7, where the authors' own runs range from 75.9 to 76.5 %."
    ),
)
_BEST_OF_MANY = MistakeExperiment(
    name="best_of_many",
    kind="mistake",
    title=N_("The best of many"),
    question=N_(
        "A method is tried at five settings, and its best run is set against one run of the baseline. The "
        "method does nothing. How much does it gain?"
    ),
    means=N_(
        "Runs differ by luck, and whoever may pick picks luck. The more runs are tried on one side only, the "
        "more a useless method gains. Choose the setting first, compare seed by seed, and say the mean with "
        "its interval."
    ),
    differs=N_(
        "Nothing in the thread says that results were picked: its figure is quoted as an average of 5 "
        "trials, and it shows how far apart runs of one setting are. In issue 30 of the same repository the "
        "authors say that they report the best of the epochs. Here the runs of a seed have the same images, "
        "as those of a benchmark have; other images would set them further apart."
    ),
    paper=_REPORTED.paper,
    guess=guess(
        "reported",
        N_("How much does a method gain that does nothing?"),
        (0.2, 1),
        nothing=N_("next to nothing"),
        some=N_("up to a point"),
        much=N_("more than a point"),
    ),
    chart=Chart("bars", "alpha"),
    # the teacher's part is 0: nothing is distilled, whatever α. Each α has first weights of its own.
    plan=each(
        RunConfig(mistake="same_network"),
        "alpha",
        {alpha: {"alpha": alpha, "generation": draw} for draw, alpha in enumerate(_ALPHAS)},
    ),
    outcomes={
        "reported": compares(_reported, N_("the best run"), N_("one run of the baseline")),
        "honest": compares(
            _honest, N_("the setting that was chosen first"), N_("the baseline, seed by seed")
        ),
        "exaggerated": named(_reported - _honest, N_("by how much the best run exaggerates")),
        "luck": _luck_alone(_of_luck(len(_ALPHAS)), N_("five")),
        "luck_of_many": _luck_alone(_of_luck(20), N_("twenty")),
    },
    mistake=Mistake(
        "gain = (distilled[chosen] - scratch).mean()",
        {"best_of_many": "gain = distilled.max() - scratch[0]"},
        _REPORTED,
        {"best_of_many": (_reported - _honest, _reported)},
    ),
)

CARDS = {card.name: card for card in (*_MADE, _BEST_OF_MANY)}
