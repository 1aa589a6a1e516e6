"""Experiments: a shelf of questions, each with a guess, a paper's claim, and studies that answer it."""

from kd.text.translation import _
from ui.experiments import asked, one, shelf
from ui.shared.frame import page
from ui.shared.lesson import lesson
from ui.shared.server import lab, warm_lab

with page("Experiments", asked.heading()):
    now = asked.take()
    if now is None:
        shelf.shelf(lab())
    else:
        one.draw(warm_lab(), now)
    lesson(
        _("Say what you expect before you look"),
        _(
            "Whoever looks first always knew. A guess that is written down can be wrong, and only then is "
            "there something to learn. So each claim here is put as a range, before a single network is "
            "trained: “the gain is above 0”, say. What comes out is not one number but an interval over "
            "seeds, and the interval alone decides. If all of it is inside the range, the claim holds here; "
            "if all of it is outside, it does not; if it lies across the border, these seeds cannot tell. It "
            "decides twice: after a short training and after a long one, since what makes a student learn "
            "faster need not make it better. A paper may be right and still disagree with what you see: its "
            "networks and its data were others."
        ),
        _(
            "Pick the experiment whose answer you are surest of. Guess, and find out. Being wrong about "
            "that one is worth more than being right about ten others."
        ),
        r"[\,l, h\,] \subseteq R:\ \text{agrees} \qquad [\,l, h\,] \cap R = \varnothing:\ "
        r"\text{disagrees} \qquad \text{else: cannot tell}",
        _(
            r"$[\,l, h\,]$: the 99 % interval of the mean over other seeds and test images, with 5, 10 or 20 "
            "seeds (the 95 % one is shown); $R$: the range that was claimed or guessed."
        ),
    )
