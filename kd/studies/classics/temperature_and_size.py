from kd.studies.experiments.card import *

_BASE = PRESETS["many_images"].config.replace(student="dense")
_QUOTE = N_("worked significantly better than higher or lower temperatures")
_FIGURE = N_("with 30 units a layer, T between 2.5 and 4 was best")
_AXES = {"student_units": (8, 32, 128), "temperature": (1.0, 3.0, 8.0, 20.0)}
_small, _large = (partial(gain, student_units=units) for units in (8, 128))
_SMALL_AT_3 = N_("a student of 8 units at T = 3")

EXPERIMENT = Experiment(
    title=N_("Temperature against size"),
    question=N_("Which temperature suits a small student, and which a large one?"),
    means=N_(
        "At a low temperature a student learns which digits its teacher thinks possible; at a high one, how "
        "it ranks all the others, too. A small network may not have room for both."
    ),
    differs=N_(
        "The paper's students have two hidden layers, of 30 units or of 300 and more, and learn from all "
        "60,000 images. Here they have one, of 8 to 128 units, and learn from 10,000."
    ),
    paper=arxiv("1503.02531", N_("Hinton, Vinyals and Dean 2015"), N_("section 3")),
    guess=guess(
        "small_at_20",
        N_("A student has eight hidden units. What does distillation at T = 20 do to it?"),
        (-2, 0),
        much=N_("it costs more than two points"),
        little=N_("it costs up to two points"),
        helps=N_("it helps"),
    ),
    chart=Chart("line", "temperature", y=("gain",), series="student_units", series_label=N_("Hidden units")),
    plan=grid(_BASE.replace(epochs=5), _AXES),
    outcomes={
        "small_at_20": helps(_small(temperature=20), N_("with 8 units at T = 20")),
        "over_higher": compares(
            _small(temperature=3) - _small(temperature=20), _SMALL_AT_3, N_("one at T = 20")
        ),
        "over_lower": compares(
            _small(temperature=3) - _small(temperature=1), _SMALL_AT_3, N_("one at T = 1")
        ),
        "large_8_less_20": named(
            _large(temperature=8) - _large(temperature=20),
            N_("gain of 128 hidden units at T = 8, less that at T = 20"),
        ),
        "large_at_8": helps(_large(temperature=8), N_("with 128 units at T = 8")),
    },
    claims=(
        Claim(
            N_("For a small student, a temperature in between is better than a higher one."),
            "over_higher",
            quote=_QUOTE,
            figure=_FIGURE,
        ),
        Claim(
            N_("For a small student, a temperature in between is better than a lower one."),
            "over_lower",
            quote=_QUOTE,
            figure=_FIGURE,
        ),
        Claim(
            N_("For a large student, T = 8 and T = 20 are within half a point."),
            "large_8_less_20",
            between(-0.5, 0.5),
            quote=N_("all temperatures above 8 gave fairly similar results"),
            figure=N_("with 300 units or more a layer"),
        ),
    ),
    sweep=Study(_BASE, _AXES, seeds=2),
)
