"""The fields of a run: what each is called, what it allows, when it counts and which models it decides."""

from dataclasses import dataclass
from typing import Any

from kd.base.data_sets import MNIST, name_of
from kd.base.fields import field
from kd.distillation.mistakes import MISTAKES
from kd.distillation.objectives import OBJECTIVES
from kd.networks.students import KINDS
from kd.text.translation import N_, NC_, _

TRAIN_IMAGES = 60_000
TEST_IMAGES = 10_000
MOST_EPOCHS = 2_000
# Epochs that follow the training images are no more than this: 100 images take as many steps as 500 do.
MOST_THAT_FOLLOW = 160

SHIPPED_TEACHERS = ("strong", "notebook")
FRESH = "fresh"
CONVOLUTIONAL, DENSE, LINEAR = "convolutional", "dense", "linear"
DIGITS, SHUFFLED, NOISE, SMOOTH = "digits", "shuffled", "noise", "smooth"
DRAWN, FIRST = "drawn", "first"
MOST_SHIFT = 2
MOST_GENERATIONS = 20


def has_fresh_teacher(run: Any) -> bool:
    """Tells whether the teacher is trained for this run, and is not a stored or an included one."""
    return run.teacher == FRESH


def has_included_teacher(run: Any) -> bool:
    """Tells whether the teacher comes with the project."""
    return run.teacher in SHIPPED_TEACHERS and run.data == MNIST


def trains_teacher(run: Any) -> bool:
    """Tells whether the teacher has to be trained here, for this run or once for its data set."""
    return has_fresh_teacher(run) or (run.teacher in SHIPPED_TEACHERS and run.data != MNIST)


def has_teaching(run: Any) -> bool:
    """Tells whether the teacher's part of the loss has any weight."""
    return run.alpha < 1


def softens(run: Any) -> bool:
    """Tells whether T makes a difference."""
    return has_teaching(run) and OBJECTIVES[run.objective].uses_temperature


def scales(run: Any) -> bool:
    """Tells whether the factor T² makes a difference."""
    return softens(run) and OBJECTIVES[run.objective].uses_temperature_squared


def learns_from_teacher(run: Any) -> bool:
    """Tells whether the teacher's answers decide anything about the distilled student."""
    return has_teaching(run) and OBJECTIVES[run.objective].uses_teacher


def asks_about_unlabelled(run: Any) -> bool:
    """Tells whether there are images without labels that the teacher answers for."""
    return run.labelled < run.train_size and learns_from_teacher(run)


def is_shifted_for_teacher(run: Any) -> bool:
    """Tells whether images are shifted, and a teacher might see them so."""
    return run.shift > 0 and learns_from_teacher(run)


def may_be_mistaken(run: Any) -> bool:
    """Tells whether the student learns soft targets, which all mistakes and permuted doubts are about."""
    return has_teaching(run) and run.objective == "soft_targets"


def leaves_some_out(run: Any) -> bool:
    """Tells whether a model of this run is trained on only some of the training images."""
    seen = [run.train_size, *([run.teacher_train_size] if has_fresh_teacher(run) else [])]
    return min(seen) < TRAIN_IMAGES


def has_nonsense(run: Any) -> bool:
    """Tells whether pictures that are no digits decide anything."""
    return run.unlabelled_pictures != DIGITS and asks_about_unlabelled(run)


def is_consistent(run: Any) -> bool:
    """Tells whether the teacher sees images shifted as its student does."""
    return is_shifted_for_teacher(run) and not run.fixed_teaching


def epochs_for(images: int, seen: int) -> int:
    """Returns the epochs with which so many images come closest to `seen` pictures."""
    return min(max(round(seen / images), 1), MOST_THAT_FOLLOW)


def why_idle(name: str, run: Any) -> str:
    """Says in a sentence why a field of the objective makes no difference to a run."""
    if not has_teaching(run):
        return _("No effect at α = 1, where the teacher's part of the loss has no weight.")
    return _("No effect: “{objective}” does without it.", objective=_(OBJECTIVES[run.objective].label))


_ALL = ("teacher", "distilled", "scratch")
_OF_FRESH_TEACHER: dict[str, Any] = {
    "rare": True,
    "group": "teacher",
    "decides": ("teacher",),
    "counts": has_fresh_teacher,
}
_OF_OBJECTIVE: dict[str, Any] = {"group": "objective", "decides": ("distilled",)}


@dataclass(frozen=True, kw_only=True)
class RunFields:
    """All fields but an objective's own and a student's size; hidden ones are for experiments."""

    alpha: float = field(
        0.1,
        label=N_("α, weight of the true labels"),
        help=N_(
            "At 1 the student learns from the labels alone, at 0 from the teacher alone. "
            "The loss is α · cross-entropy + (1 − α) · distance from the teacher."
        ),
        minimum=0.0,
        maximum=1.0,
        step=0.05,
        stops=tuple(round(0.05 * step, 2) for step in range(21)),
        **_OF_OBJECTIVE,
        as_from_the_start=True,
    )
    temperature: float = field(
        10.0,
        label=N_("T, temperature"),
        help=N_(
            "Divides the logits of teacher and student before the softmax. "
            "A higher T shows more of what the teacher thinks of the wrong classes. "
            "Logit matching and attention transfer do without it."
        ),
        minimum=0.1,
        maximum=100.0,
        step=0.5,
        # what matters about a temperature is its ratio
        stops=(0.1, 0.5, 1.0, 1.5, 2.0, 3.0, 4.0, 5.0, 6.0, 8.0, 10.0, 15.0, 20.0, 30.0, 50.0, 100.0),
        **_OF_OBJECTIVE,
        counts=softens,
        as_from_the_start=True,
    )
    temperature_squared: bool = field(
        True,
        label=N_("Keep the teacher equally loud at every T (× T²)"),
        help=N_(
            "The gradients of soft targets shrink as 1/T². Multiplying by T² keeps the balance that α sets "
            "when T changes (Hinton et al. 2015, section 2). The original notebook does not multiply."
        ),
        **_OF_OBJECTIVE,
        counts=scales,
        as_from_the_start=True,
    )
    teacher: str = field(
        "strong",
        label=N_("Teacher"),
        help=N_(
            "strong: trained on all images there are. notebook: trained on 10,000 images for 5 epochs, "
            "as in the original notebook. Both come with the app for MNIST, and are trained once for any "
            "other data set. fresh: a new one, trained now while you watch."
        ),
        choices=(*SHIPPED_TEACHERS, FRESH),
        choice_labels={"strong": N_("Strong"), "notebook": N_("Notebook"), FRESH: N_("Fresh")},
        stored=N_("a stored model's id"),
        group="teacher",
        decides=("teacher",),
        as_from_the_start=True,
    )
    epochs: int = field(
        40,
        label=N_("Epochs"),
        unit=N_("epochs"),
        help=N_("How many times each student sees all of its training images."),
        minimum=1,
        maximum=MOST_EPOCHS,
        step=1,
        as_from_the_start=True,
    )
    data: str = field(
        MNIST,
        label=N_("Data set"),
        help=N_("Whose pictures all three models see: MNIST's digits, or a data set that was added here."),
        choices=(MNIST,),
        choice_labels={MNIST: "MNIST"},
        stored=N_("a data set's id"),
        named=name_of,
        group="data",
        decides=_ALL,
    )
    train_size: int = field(
        500,
        label=N_("Training images"),
        unit=N_("images"),
        help=N_(
            "How many of the training images the students see; MNIST has 60,000. "
            "With many of them, labels leave a teacher little to add."
        ),
        minimum=10,
        maximum=TRAIN_IMAGES,
        step=10,
        stops=(100, 200, 500, 1_000, 2_000, 5_000, 10_000, 20_000, TRAIN_IMAGES),
        group="data",
        as_from_the_start=True,
    )
    batch_size: int = field(
        32,
        label=N_("Batch size"),
        unit=N_("images"),
        help=N_("How many images each step of the optimiser uses."),
        minimum=1,
        maximum=1024,
        step=1,
        rare=True,
        decides=_ALL,
        as_from_the_start=True,
    )
    seed: int = field(
        0,
        label=N_("Seed"),
        help=N_(
            "Draws the training images, the initial weights and the order of the images. "
            "Another seed shows how much is luck."
        ),
        minimum=0,
        maximum=2**31 - 1,
        step=1,
        rare=True,
        decides=_ALL,
        as_from_the_start=True,
    )
    teacher_epochs: int = field(
        5,
        label=N_("Epochs of the fresh teacher"),
        unit=N_("epochs"),
        help=N_("How many times a fresh teacher sees its training images."),
        minimum=1,
        maximum=100,
        step=1,
        as_from_the_start=True,
        **_OF_FRESH_TEACHER,
    )
    teacher_train_size: int = field(
        10_000,
        label=N_("Training images of the fresh teacher"),
        unit=N_("images"),
        help=N_("How many of the 60,000 training images a fresh teacher sees."),
        minimum=10,
        maximum=TRAIN_IMAGES,
        step=10,
        as_from_the_start=True,
        **_OF_FRESH_TEACHER,
    )
    teacher_width: int = field(
        256,
        label=N_("Width of the fresh teacher"),
        help=N_(
            "How many filters its first convolution has; the second has twice as many. "
            "The notebook's has 256."
        ),
        unit=N_("filters"),
        choices=(1, 2, 4, 8, 16, 32, 64, 128, 256),
        **_OF_FRESH_TEACHER,
    )
    teacher_label_smoothing: float = field(
        0.0,
        label=N_("Label smoothing of the fresh teacher"),
        unit=N_("fraction"),
        help=N_(
            "Spreads this share of each label over all classes while the teacher learns. Müller et al. "
            "(2019) found students of smoothed teachers worse; the experiment “A label-smoothed teacher” "
            "tries it."
        ),
        minimum=0.0,
        maximum=0.9,
        step=0.05,
        **_OF_FRESH_TEACHER,
    )
    student: str = field(
        CONVOLUTIONAL,
        label=N_("Student"),
        help=N_("How both students are built."),
        choices=tuple(KINDS),
        choice_labels={name: kind.label for name, kind in KINDS.items()},
        choice_helps={name: kind.help for name, kind in KINDS.items()},
        group="student",
    )
    labelled: int = field(
        TRAIN_IMAGES,
        label=N_("Images with labels"),
        unit=N_("images"),
        help=N_(
            "How many of the training images have labels (the first of them); all of them, if there "
            "are fewer. The others teach only through the teacher; the scratch student cannot use them."
        ),
        minimum=0,
        maximum=TRAIN_IMAGES,
        step=10,
        group="data",
        counts=lambda run: run.labelled < run.train_size,
    )
    omitted_digits: str = field(
        "",
        label=N_("Digits left out"),
        help=N_("Digits that neither student ever sees in training, such as 3 or 378. The teacher saw them."),
        digits=True,
        group="data",
    )
    label_noise: float = field(
        0.0,
        label=N_("Labels replaced at random"),
        unit=N_("fraction"),
        help=N_(
            "The share of the students' labels that is replaced by a class drawn at random, with the seed. "
            "Of ten classes, one in ten is right by chance."
        ),
        minimum=0.0,
        maximum=1.0,
        step=0.05,
        group="data",
    )
    baseline: str = field(
        "labels",
        label=N_("Scratch student learns from"),
        help=N_(
            "Labels: the labels as they are. Smoothed labels: each is spread a little over all classes, "
            "which shows whether a teacher does more than regularise."
        ),
        choices=("labels", "label_smoothing"),
        choice_labels={"labels": N_("Labels"), "label_smoothing": N_("Smoothed labels")},
        rare=True,
        group="objective",
        decides=("scratch",),
    )
    objective: str = field(
        "soft_targets",
        label=N_("Objective"),
        help=N_("What the distilled student learns from its teacher."),
        choices=tuple(OBJECTIVES),
        choice_labels={name: objective.label for name, objective in OBJECTIVES.items()},
        choice_helps={name: objective.help for name, objective in OBJECTIVES.items()},
        **_OF_OBJECTIVE,
        counts=has_teaching,
    )
    pictures: str = field(
        DRAWN,
        label=N_("Which training images"),
        help=N_(
            "Drawn: the seed draws them from all there are, so that another seed has other ones. First: "
            "always the first ones, as in the original notebook."
        ),
        choices=(DRAWN, FIRST),
        choice_labels={DRAWN: N_("Drawn by the seed"), FIRST: N_("The first ones")},
        rare=True,
        group="data",
        decides=_ALL,
        counts=leaves_some_out,
        before=FIRST,
    )
    generation: int = field(
        0,
        label=N_("Generation"),
        help=N_(
            "Another generation has the same images and starts from other weights: it draws them, and the "
            "order of the images, with the seed plus a hundred times this number. For experiments alone."
        ),
        choices=tuple(range(MOST_GENERATIONS)),
        decides=_ALL,
        hidden=True,
    )
    second_teacher: str = field(
        "",
        label=N_("Second teacher"),
        help=N_(
            "The distilled student learns from the mean of two teachers' logits, which is the geometric mean "
            "of their predictions (Hinton et al. 2015, section 1). For experiments alone."
        ),
        choices=("", *SHIPPED_TEACHERS),
        choice_labels={"": NC_("teacher", "none")},
        stored=N_("a stored model's id"),
        group="teacher",
        decides=("distilled",),
        counts=learns_from_teacher,
        hidden=True,
    )
    unlabelled_pictures: str = field(
        DIGITS,
        label=N_("Pictures without labels"),
        help=N_(
            "What the images without labels show. Real pictures: the data set's. Shuffled pixels: the same, "
            "the pixels of each in an order of its own. Noise: each pixel is as grey as that pixel of some "
            "picture. Smooth noise: random curved lines. All there is to learn from them is what the teacher "
            "says of them."
        ),
        choices=(DIGITS, SHUFFLED, NOISE, SMOOTH),
        choice_labels={
            DIGITS: N_("Real pictures"),
            SHUFFLED: N_("Shuffled pixels"),
            NOISE: N_("Noise"),
            SMOOTH: N_("Smooth noise"),
        },
        rare=True,
        group="data",
        decides=("distilled",),
        counts=asks_about_unlabelled,
    )
    shift: int = field(
        0,
        label=N_("Shift in pixels"),
        unit=N_("pixels"),
        help=N_(
            "Each time a student sees an image, it is shifted at random by up to so many pixels, upwards or "
            "downwards and to a side. At 0 it always looks the same."
        ),
        choices=tuple(range(MOST_SHIFT + 1)),
        rare=True,
        group="data",
    )
    fixed_teaching: bool = field(
        False,
        label=N_("The teacher sees images unshifted"),
        help=N_(
            "On: the teacher's answer is for the image as it is in MNIST. Off: teacher and student see the "
            "same shifted image, as a consistent teacher does (Beyer et al. 2022, section 3)."
        ),
        rare=True,
        **_OF_OBJECTIVE,
        counts=is_shifted_for_teacher,
    )
    permuted_doubts: bool = field(
        False,
        label=N_("Permute the teacher's doubts"),
        help=N_(
            "The teacher keeps the probability of its own answer; those of the other classes change "
            "places at random, for each image in its own way: DKPP, Furlanello et al. 2018."
        ),
        rare=True,
        **_OF_OBJECTIVE,
        counts=may_be_mistaken,
    )
    mistake: str = field(
        "",
        label=N_("Mistake"),
        help=N_("A mistake that people make with soft targets, made here on purpose. For experiments alone."),
        choices=("", *MISTAKES),
        choice_labels={
            "": NC_("mistake", "none"),
            **{code: mistake.label for code, mistake in MISTAKES.items()},
        },
        **_OF_OBJECTIVE,
        counts=may_be_mistaken,
        hidden=True,
    )

    @property
    def steps(self) -> int:
        """The number of steps of a student that learns from all training images."""
        return self.epochs * -(-self.train_size // self.batch_size)
