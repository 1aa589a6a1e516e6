from kd.studies.experiments.card import *

_OMITTED = "01234569"
_BASE = RunConfig(alpha=0.0, temperature=20.0, train_size=TRAIN_IMAGES, epochs=4, omitted_digits=_OMITTED)
# without the blocks of test images, as the student with the best biases has none
_right, _with_best = (at(name).without_blocks() for name in ("distilled_right", "right_with_seen_biased"))
_ALL_TEN = N_("all ten digits")

EXPERIMENT = Experiment(
    title=N_("Only 7s and 8s"),
    question=N_("It saw nothing but 7s and 8s. How many of all ten digits can it read?"),
    means=N_(
        "Every 7 and every 8 looks a little like other digits, and the teacher says how much. So two digits "
        "can teach a student something of the other eight; their labels alone, nothing."
    ),
    differs=N_(
        "The paper's student has 800 units in each of two layers, and trains until it knows its pictures. "
        "Here a convolutional student with 20,490 parameters sees them 4 times in the short training, 40 "
        "times in the long one."
    ),
    paper=arxiv("1503.02531", N_("Hinton, Vinyals and Dean 2015"), N_("section 3")),
    guess=guess(
        "with_best",
        N_("How many can it read, once 7 and 8 are made less likely?"),
        (25, 60, 80),
        two=N_("a fifth: the 7s and 8s"),
        half=N_("up to 60 %"),
        most=N_("60 to 80 %"),
        nearly_all=N_("more than 80 %"),
    ),
    chart=Chart(
        "bars",
        "omitted_digits",
        N_("Digits it never saw"),
        ("scratch_right", "distilled_right", "right_with_seen_biased"),
        N_("Right, in percent of all test images"),
    ),
    plan=each(_BASE, "omitted_digits", {_OMITTED: {}}),
    outcomes={
        "with_best": gets_right(_with_best, N_("the student after two corrections"), _ALL_TEN),
        "as_it_is": gets_right(_right, N_("the student as it is"), _ALL_TEN),
        "bias_adds": adds(_with_best - _right, N_("lowering the biases of 7 and 8")),
        "best_bias": named(at("best_bias_of_seen"), N_("mean of the two best biases")),
    },
    measures=("right_with_seen_biased", "best_bias_of_seen"),
    claims=(
        Claim(
            N_("From 7s and 8s alone, a student reads more than half of all digits."),
            "as_it_is",
            above(50),
            quote=N_("the distilled model makes 47.3% test errors"),
            figure=N_("52.7 % right"),
        ),
        Claim(
            N_("With lower biases for 7 and 8, it reads most of them."),
            "with_best",
            above(80),
            quote=N_("this falls to 13.2% test errors"),
            figure=N_("86.8 % right, with 7.6 less on both"),
        ),
    ),
    times=10,
    sweep=Study(_BASE, {"omitted_digits": (_OMITTED, "0123456", "01245679")}, seeds=5),
)
