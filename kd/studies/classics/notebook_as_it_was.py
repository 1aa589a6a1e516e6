from kd.studies.experiments.card import *

_BASE = PRESETS["notebook"].config
MENDED: Kinds = {
    "as it was": (N_("nothing: as it was"), {}),
    "with T²": (N_("T² in the loss"), {"temperature_squared": True}),
    "strong teacher": (N_("a strong teacher"), {"teacher": "strong"}),
    "both": (N_("both"), {"temperature_squared": True, "teacher": "strong"}),
}
_as_it_was = gain(mended="as it was")

EXPERIMENT = Experiment(
    title=N_("The notebook as it was"),
    question=N_(
        "A weak teacher, three epochs and no T²: how much does distillation help, and what changes when the "
        "teacher and the loss are mended? And with five times the epochs?"
    ),
    means=N_(
        "A teacher can pass on only what it knows, and the notebook's has learned from the same 10,000 "
        "images as its students. Without T², its part of the gradient shrinks beside that of the labels as T "
        "grows."
    ),
    differs=N_(
        "The example trains teacher and students on all 60,000 images, here they see 10,000, as in the "
        "notebook. It reports one run, without an interval, after three epochs: the short training here."
    ),
    paper=Paper(
        N_("Borup 2020, “Knowledge Distillation” in the examples of Keras"),
        N_("at the end"),
        "https://keras.io/examples/vision/knowledge_distillation/",
    ),
    guess=guess(
        "as_it_was",
        N_("How much does distillation gain as the notebook was?"),
        (0, 0.5),
        hurts=N_("it costs something"),
        hardly=N_("less than half a point"),
        half=N_("half a point or more"),
    ),
    chart=Chart("bars", "mended", N_("What is mended"), ("gain",), names=names_of(MENDED)),
    plan=each(_BASE, "mended", fields_of(MENDED)),
    outcomes={
        "as_it_was": helps(_as_it_was, N_("as it was")),
        "squared_adds": adds(gain(mended="with T²") - _as_it_was, N_("T² alone")),
        "strong_adds": adds(gain(mended="strong teacher") - _as_it_was, N_("a strong teacher alone")),
        "both": helps(gain(mended="both"), N_("with both mended")),
    },
    claims=(
        Claim(
            N_("The distilled student is better than the same student from scratch."),
            "as_it_was",
            quote="a performance boost compared to training the same student model from scratch",
            figure=N_("about 98.1 % distilled, 97.6 % from scratch, 97.6 % the teacher"),
        ),
    ),
    sweep=Study(
        _BASE,
        {"teacher": ("notebook", "strong"), "temperature_squared": (False, True), "epochs": (3, 15)},
        seeds=3,
    ),
    next=("how_many_images", "wrong_labels"),
)
