"""Experiments: a shelf of questions, each with a guess, a paper's claim, and studies that answer it."""

from kd.text.translation import _
from ui.experiments import asked, experiment, shelf
from ui.shared.frame import page
from ui.shared.lesson import lesson
from ui.shared.server import warm_lab

with page("Experiments", asked.heading()):
    now = asked.take()
    shelf.keep_place("" if now is None else now.experiment.name)
    if now is not None:
        experiment.draw(warm_lab(), now)
    else:
        shelf.shelf()
        lesson(
            _("Say what you expect before you look"),
            _(
                "Look first, and you always knew it. A guess that is written down can be wrong, and then you "
                "learn something. So each claim here is a range, fixed before any network is trained: “the "
                "gain is above 0”, say. What comes out is an interval over repeats (seeds), and it alone "
                "decides. All of it inside the range: the claim holds here. All of it outside: it does not. "
                "Across the border: not settled. It decides twice, after a short training and a long one, "
                "because learning faster is not learning better. A paper may be right and still not hold "
                "here: its networks and data were others."
            ),
            _("Pick the experiment whose answer you are surest of. Guess, and find out."),
            r"[\,l, h\,] \subseteq R:\ \text{holds} \qquad [\,l, h\,] \cap R = \varnothing:\ "
            r"\text{does not hold} \qquad \text{else: not settled}",
            _(
                r"$[\,l, h\,]$: the 99 % interval of the mean over other seeds and test images, with 5, 10 "
                "or 20 seeds (the 95 % one is shown); $R$: the range that was claimed or guessed."
            ),
        )
