"""Paths through the pages, as data: what to do at each step, what ends it, and what to ask a class."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from kd.text.translation import N_


@dataclass(frozen=True)
class Awaited:
    """What ends a step: something in the session or in the address that has come to a value.

    name: its key. lowest, highest: for a number, or for on (1) and off (0); without them, it has to be there.
    landed: whether a run with this value must also be shown, and finished.
    """

    name: str
    lowest: float | None = None
    highest: float | None = None
    landed: bool = False


@dataclass(frozen=True)
class Step:
    """A step of a path; its texts are marked for translation.

    page, setting: where it leads, and what the address says there. seen: what was just seen, with the numbers
    of `ui.shared.seen` in its places. minutes, see, ask, surprise: for a lesson.
    """

    title: str
    page: str
    setting: Mapping[str, str]
    awaited: Awaited
    do: str
    seen: str
    minutes: int
    see: str
    ask: str
    surprise: str
    forgets: tuple[str, ...] = ()  # what else the session may have kept there

    @property
    def link(self) -> str:
        """The end of an address that opens the step outside of a path."""
        query = "&".join(f"{name}={value}" for name, value in self.setting.items())
        return f"{'' if self.page == 'home' else self.page}{'?' if query else ''}{query}"


@dataclass(frozen=True)
class Path:
    """A way through the steps with these names."""

    title: str
    names: tuple[str, ...]
    help: str
    steps: tuple[Step, ...] = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "steps", tuple(STEPS[name] for name in self.names))


_SLICE = {"of_alpha": "0.1", "of_squared": "with"}

STEPS = {
    "doubts": Step(
        N_("Hear the doubts"),
        "home",
        {"soft": "1"},
        Awaited("soft", 4, 100),
        N_("Drag T to 4 or more, and watch the teacher's bars."),
        N_(
            "At T = {temperature}, the teacher's {digit} falls from {before} to {now}, and {other} has "
            "{doubt}: students learn from this doubt."
        ),
        4,
        N_("At T = 1, one bar. As T rises, the teacher's second choices grow, but none overtakes another."),
        N_("What does the teacher know about this picture that its label does not say?"),
        N_("Scratch, which learned from labels alone, reads this picture wrong."),
    ),
    "guess": Step(
        N_("Guess first"),
        "home",
        {"guess": "75"},
        Awaited("guess_answered", 1, 1),
        N_("Guess how good a student is with few images, then press “Show me”."),
        N_("Alone, it gets {alone} right; with a teacher {taught} (means of {repeats}). You said {guess}."),
        5,
        N_("The student alone on the scale, the same student with a teacher, and the guesses beside them."),
        N_("Two students, the same 500 images. One has a teacher. How much better is it? Write it down."),
        N_(
            "It is about 6 percentage points (likely 5.3 to 6.8). With many more images little is left of "
            "them."
        ),
    ),
    "few": Step(
        N_("Few images"),
        "train",
        {"train_size": "10000", "epochs": "2"},
        Awaited("train_size", 100, 500, landed=True),
        N_("Move “Training images” from 10,000 to 500, and look at the two students."),
        N_(
            "With {images} images, the student with a teacher gets {distilled} right, the one without "
            "{scratch}: a difference of {points} percentage points in this run."
        ),
        4,
        N_("The two lines part: the distilled student climbs on, the scratch student stays below."),
        N_("Both saw the same pictures in the same order. Where do the extra points come from?"),
        N_("The teacher adds no pictures. It only says more about each one."),
    ),
    "many": Step(
        N_("Many images"),
        "train",
        {"train_size": "500"},
        Awaited("train_size", 5_000, 10_000),
        N_("Now move “Training images” from 500 to 5,000 or more, and look at the sentence."),
        N_(
            "With 500 images, the teacher adds {before} percentage points; with {value}, {now} (likely {low} "
            "to {high}, {repeats})."
        ),
        3,
        N_("The sentence above the chart counts down while the control moves."),
        N_("Why does the same teacher help less and less?"),
        N_("With many more images little is left of it: the labels say nearly everything themselves."),
    ),
    "temperature": Step(
        N_("Move T"),
        "train",
        {"temperature": "1"},
        Awaited("temperature", 4, 50),
        N_("Move T from 1 to 4 or more. The sentence says what that is worth."),
        N_(
            "At T = 1, the teacher adds {before} percentage points; at T = {value}, {now} (likely {low} to "
            "{high}, {repeats}). Only softened answers teach."
        ),
        5,
        N_("At T = 1 hardly any gain, and from T = 4 on most of it."),
        N_("The teacher is the same at every T. What has changed for the student?"),
        N_("T matters more than α: at T = 1 the teacher's answers are nearly labels."),
    ),
    "squared": Step(
        N_("α and T²"),
        "train",
        {"alpha": "0.5"},
        Awaited("temperature_squared", 0, 0),
        N_("α is 0.5: labels and teacher count alike. Now switch × T² off."),
        N_(
            "With T² the teacher adds {before} percentage points; without it, {now} (likely {low} to {high}, "
            "{repeats}). At T = {temperature} its pull is {times} times weaker, so the labels win."
        ),
        5,
        N_("The gain falls although α, T and the images stay as they were."),
        N_("α still says one half. Half of what?"),
        N_("Leaving out T² raises no error and looks like a teacher that does not help much."),
    ),
    "class": Step(
        N_("Everybody trains one"),
        "class",
        {"plan": "seeds"},
        Awaited("code"),
        N_("Open the class, let the phones join, and press Start. Without phones, skip this."),
        N_("The class is open: freeze it after the first dot, and ask who believes it."),
        6,
        N_("One dot a student on the wall, and an interval that shrinks as they come in."),
        N_("All of you train the same student. Only chance differs. After the first dot: who believes it?"),
        N_("The same setting, and yet the dots lie apart: four times as many students halve the interval."),
    ),
    "sure": Step(
        N_("How sure are we?"),
        "sweep",
        {"show": "repeats", "of": "study", "cell": "500,10", "of_order": "by_number", **_SLICE},
        Awaited("of_seeds", 4),
        N_("Add one repeat (seed) after another, up to five: move the control, or press Play."),
        N_(
            "One repeat alone said {first} percentage points. {count} together say {mean}, likely {low} to "
            "{high}."
        ),
        4,
        N_("Up to four repeats there is no verdict; with five, the first interval appears."),
        N_("How many repeats would you want before you believe it?"),
        N_("The interval shrinks fast at first, and then hardly."),
        ("sweep_shown",),
    ),
    "map": Step(
        N_("The whole map"),
        "sweep",
        {"show": "map", **_SLICE},
        Awaited("cell"),
        N_("Touch a cell where you expect the teacher to help least."),
        N_(
            "With {images} images at T = {temperature}, the teacher adds {points} percentage points (likely "
            "{low} to {high}, {repeats})."
        ),
        4,
        N_("Each cell is the mean of five repeats. Hatched ones show no difference."),
        N_("Where does the teacher help, and where not? Say it in one sentence."),
        N_("No cell at T = 1 shows a difference. That is a result, too: how many repeats would it take?"),
        ("sweep_shown",),
    ),
    "digit": Step(
        N_("Draw a digit"),
        "draw",
        {"way": "draw", "view": "answers"},
        Awaited("drawings"),
        N_("Draw one large digit in the square, as you always write it."),
        N_(
            "The teacher reads {teacher}, the distilled student {distilled}, scratch {scratch}. Can you get "
            "three different answers?"
        ),
        5,
        N_("Three answers that change with every stroke."),
        N_("Which digit will all three get wrong? Why that one?"),
        N_("A teacher that reads 99 % of MNIST may fail here: a seven with a bar is rare in it."),
    ),
}
"""What there is to see, by name: the numbers in `see`, `ask` and `surprise` are those of docs/class.md."""

PATHS = {
    "five": Path(
        N_("Five minutes to see it"),
        ("doubts", "few", "temperature", "squared", "digit", "sure"),
        N_("Six things to do, one after the other, on the pages themselves. Leave whenever you like."),
    ),
    "lesson": Path(
        N_("A lesson of 45 minutes"),
        ("doubts", "guess", "few", "many", "temperature", "squared", "class", "sure", "map", "digit"),
        N_("Ten steps to show a class, with what to ask at each."),
    ),
}
