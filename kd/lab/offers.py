"""What this place trains for people, and whether it keeps what they do.

KD_TEACHERS    0: no teachers, and nothing that needs much of what one says: both take most memory
KD_DEMO        1: nothing at all; what is included answers
KD_KEEPS       0: its home is lost when it starts anew, which pages say
"""

from collections.abc import Iterable

from kd.base.switch import switched
from kd.base.unusable import Unusable
from kd.config import RunConfig, trains_teacher
from kd.store.store import Store
from kd.text.translation import N_, _
from kd.training.costs import answers_of
from kd.training.messages import ATTENTION

NO_TRAINING = N_(
    "This is a demonstration, where nothing is trained: to train, run KD Lab on a computer of your own."
)
NO_TEACHERS = N_(
    "No teachers are trained here: choose an included one, or run KD Lab on a computer of your own."
)
TOO_MUCH_SAID = N_(
    "Attention transfer and shifted images take too much memory here with so many images: take fewer, or "
    "run KD Lab on a computer of your own."
)
KEEPS_NOTHING = N_(
    "Nothing is kept for long here: when the app starts anew, its runs, classes and names are gone."
)

# Of what a teacher says of a run's images, where no teachers are trained: with 2,500,000, a run took 40 MB
# more than any other.
MOST_NUMBERS = 1_000_000


class Offers:
    """What a lab trains. Raises ValueError when one of the variables is neither 0 nor 1."""

    def __init__(self, store: Store):
        self._store = store
        self.training, self.teachers = not switched("KD_DEMO", False), switched("KD_TEACHERS", True)
        self._keeps = switched("KD_KEEPS", True)

    def refusal(self, configs: Iterable[RunConfig]) -> str:
        """Says in a sentence why these runs cannot be trained here; empty if they are stored, or can be."""
        return _(sentence) if (sentence := self._sentence(configs)) else ""

    def check(self, configs: Iterable[RunConfig]) -> None:
        """Raises ValueError with `refusal`."""
        if sentence := self._sentence(configs):
            raise Unusable(sentence)

    def words(self) -> list[str]:
        """Returns what everybody is to know of this place, a sentence each."""
        said = {NO_TRAINING: not self.training, KEEPS_NOTHING: not self._keeps}
        return [_(sentence) for sentence, holds in said.items() if holds]

    def _sentence(self, configs: Iterable[RunConfig]) -> str:
        if self.training and self.teachers:
            return ""
        missing = [config for config in configs if not self._store.is_usable(config.run_id)]
        if not self.training:
            return NO_TRAINING if missing else ""
        models = self._store.models
        if any(trains_teacher(config) and not models.has(config.teacher_id) for config in missing):
            return NO_TEACHERS
        return TOO_MUCH_SAID if any(map(_says_too_much, missing)) else ""


def _says_too_much(config: RunConfig) -> bool:
    classes = len(config.about_data.classes)
    maps = ATTENTION if config.objective_class.compares_attention else 0
    # one answer an image is never too much
    return answers_of(config) * (classes + maps) > max(MOST_NUMBERS, config.train_size * classes)
