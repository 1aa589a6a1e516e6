from kd.studies.experiments.card import *

# Training images, and how often each is seen: the more there are, the fewer times.
EPOCHS = {100: 50, 300: 30, 600: 20, 2_000: 8, 6_000: 3, 20_000: 2}
_lack = scratch(train_size=20_000) - scratch(train_size=600)

EXPERIMENT = Experiment(
    title=N_("How many images?"),
    question=N_("How much does a teacher add when its student has 100 images, and when it has 20,000?"),
    means=N_(
        "The teacher has seen all 60,000 images, so its answers to a few say something about the others: how "
        "much this 4 looks like a 9, for example. With more images, labels alone tell a student most of that."
    ),
    differs=N_(
        "The paper's large networks learn speech, and all the data are what the teacher learned from. Here "
        "they are 20,000 digits, a third of the teacher's, who saw them turned and shifted, too; the student "
        "is far smaller, and sees each image less often where there are more."
    ),
    paper=arxiv("1503.02531", N_("Hinton, Vinyals and Dean 2015"), N_("section 6")),
    guess=Guess(N_("How many points does the teacher add? Draw it."), drawn="gain", tolerance=1.0),
    chart=Chart("line", "train_size", y=("gain",)),
    plan=each(
        RunConfig(),
        "train_size",
        {images: {"train_size": images, "epochs": epochs} for images, epochs in EPOCHS.items()},
    ),
    outcomes={
        "gain_with_some": helps(gain(train_size=600), N_("with 600 images")),
        "gain_with_few": helps(gain(train_size=100), N_("with 100 images")),
        "gain_with_all": helps(gain(train_size=20_000), N_("with 20,000 images")),
        "lack": loses(_lack, N_("the scratch student"), N_("with 600 images in place of 20,000")),
        "over_most": named(
            gain(train_size=600) - _lack * 0.75,
            N_("gain with 600 images, less three quarters of what scratch loses by having no more"),
        ),
    },
    claims=(
        Claim(
            N_("With 3 % of the data, soft targets win back at least three quarters of what is lost."),
            "over_most",
            quote=N_("is able to recover almost all the information in the full training set"),
            figure=N_(
                "44.5 % of the frames right with 3 % of the data, 57.0 % with soft targets, 58.9 % with all"
            ),
        ),
    ),
    sweep=Study(RunConfig(), {"train_size": (100, 200, 500, 1_000, 2_000)}, seeds=3),
)
