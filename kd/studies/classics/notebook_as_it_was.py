from kd.studies.experiments.card import *

_BASE = PRESETS["notebook"].config
MENDED: Kinds = {
    "as it was": (N_("nothing: as it was"), {}),
    "with T²": (N_("T² in the loss"), {"temperature_squared": True}),
    "strong teacher": (N_("a strong teacher"), {"teacher": "strong"}),
    "both": (N_("both"), {"temperature_squared": True, "teacher": "strong"}),
}
_as_it_was, _with_squared, _with_strong, _with_both = (gain(mended=kind) for kind in MENDED)

EXPERIMENT = Experiment(
    title=N_("The notebook as it was"),
    question=N_("A weak teacher, three epochs and no T²: does distillation help, and what must be mended?"),
    means=N_(
        "A teacher can pass on only what it knows, and the notebook's knows the same 10,000 images as its "
        "students. Without T², the higher T is, the fainter its part beside the labels."
    ),
    differs=N_(
        "The example trains teacher and students on all 60,000 images; here they see 10,000, as in the "
        "notebook. It reports one run, without an interval, after three epochs: the short training here."
    ),
    paper=Paper(
        N_("Borup 2020, “Knowledge Distillation” in the examples of Keras"),
        N_("at the end"),
        "https://keras.io/examples/vision/knowledge_distillation/",
    ),
    guess=guess(
        "as_it_was",
        N_("How much did distillation gain in the notebook?"),
        (0, 0.5),
        hurts=N_("it cost something"),
        hardly=N_("less than half a point"),
        half=N_("half a point or more"),
    ),
    chart=Chart("bars", "mended", N_("What is mended"), ("gain",), names=MENDED),
    plan=each(_BASE, "mended", MENDED),
    outcomes={
        "as_it_was": helps(_as_it_was, N_("as it was")),
        "squared_adds": adds(_with_squared - _as_it_was, N_("T² alone")),
        "strong_adds": adds(_with_strong - _as_it_was, N_("a strong teacher alone")),
        "both": helps(_with_both, N_("with both mended")),
    },
    claims=(
        Claim(
            N_("The distilled student is better than the same student from scratch."),
            "as_it_was",
            quote=N_("a performance boost compared to training the same student model from scratch"),
            figure=N_("about 98.1 % distilled, 97.6 % from scratch, 97.6 % the teacher"),
        ),
    ),
    sweep=Study(
        _BASE, {"teacher": ("notebook", "strong"), "temperature_squared": (False, True), "epochs": (3, 15)}, 3
    ),
)
