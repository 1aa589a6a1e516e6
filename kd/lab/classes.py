"""Classes: many people, each on a phone, who do something together, led by one of them."""

from __future__ import annotations

import hashlib
import secrets
import threading
import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from kd.base.once import computed_once
from kd.base.unusable import Unusable
from kd.classes.activity import Activity
from kd.classes.plan import plan_of, plan_text, trained_in
from kd.config import MODELS, NOBODY, RunConfig
from kd.lab.offers import Offers
from kd.lab.runs import Runs
from kd.lab.written import checked_nickname
from kd.pictures.mnist import as_batch
from kd.store.classes import (
    FROZEN,
    LANDED,
    OPEN,
    REVEALED,
    SENT,
    STOPPED,
    TRAINING,
    WAITING,
    Answer,
    ClassRecord,
    Pupil,
)
from kd.store.drawings import Drawings
from kd.store.store import Store
from kd.text.class_words import called
from kd.text.words import quoted

if TYPE_CHECKING:
    import pandas as pd

LETTERS = "BCDFGHJKLMNPQRSTVWXZ"
"""Of a code: no vowels, so that no code is a word, and none that looks like another letter or a digit."""
CODE_LENGTH = 4
MOST_CLASSES, MOST_OF_ONE, MOST_PUPILS, MOST_IN_NAME = 100, 5, 300, 20
"""Classes that may be open, those that one visitor may lead, people in one, and characters in a name."""
SECONDS_TILL_GONE = 6.0
"""A phone asks every second: one that has not asked for so long is gone."""


@dataclass(frozen=True)
class ClassView:
    """A class at one moment.

    plan: its activities. place: which of them it is at. pupils: everybody who takes part, in the order of
    joining. answers: to this activity in this round, in their order. to_come: the first place that can
    still be planned anew, after the present one and after all that were answered. Others are as in
    ClassRecord.
    """

    code: str
    created: float
    plan: tuple[Activity, ...]
    place: int
    round: int
    phase: str
    names: bool
    version: int
    pupils: tuple[Pupil, ...]
    answers: tuple[Answer, ...]
    to_come: int

    @property
    def activity(self) -> Activity:
        """What the class does now."""
        return self.plan[self.place]

    @property
    def is_last(self) -> bool:
        """Whether no activity comes after this one."""
        return self.place + 1 == len(self.plan)

    def pupil(self, person: str) -> Pupil | None:
        """Returns somebody who takes part, or None."""
        return next((each for each in self.pupils if each.person == person), None)

    def called(self, person: str) -> str:
        """Returns what somebody who takes part is called."""
        pupil = self.pupil(person)
        if pupil is None or pupil.name:
            return pupil.name if pupil else ""
        animal, given = called("", pupil.number), {each.name for each in self.pupils}
        while animal in given:  # somebody has named themselves so, in the reader's language
            animal = f"{animal} ({pupil.number + 1})"
        return animal

    def answers_of(self, person: str) -> tuple[Answer, ...]:
        """Returns the answers of one person, in their order."""
        return tuple(each for each in self.answers if each.person == person)

    def waits_for(self, person: str) -> bool:
        """Returns whether the class waits for an answer of this person."""
        return self.phase == OPEN and not self.activity.is_done(self.answers_of(person))


class Class:
    """One class of a lab, from `Classes.open` or `lab.classes[code]`.

    code: what people join with. Every method raises ValueError when the class has ended.
    """

    def __init__(self, classes: Classes, code: str, host: str | None = None):
        self._classes, self._table, self._code, self._host = classes, classes.table, code, host

    @property
    def code(self) -> str:
        """Its name. From `led_by`, raises ValueError once somebody else leads the class."""
        if self._host is not None and self._classes.record(self._code).host != self._host:
            raise Unusable("Another device leads this class now.")
        return self._code

    def led_by(self, person: str) -> Class:
        """Returns the same class, of which every method raises ValueError unless this person leads it."""
        return Class(self._classes, self._code, person)

    def record(self) -> ClassRecord:
        """Returns the class as it is stored."""
        return self._classes.record(self.code)

    def view(self) -> ClassView:
        """Returns the class as it is now; cheap."""
        record = self.record()
        return self._classes.views(record.code, record.created, record.version)

    def join(self, person: str, name: str = "") -> Pupil:
        """Lets a person take part, by a name or as an animal; whoever has joined may take another name.

        Raises ValueError when the name cannot be, the class is full, or its host has taken this person out.
        """
        record, name = self.record(), checked_nickname(name, MOST_IN_NAME)
        with self._classes.choosing:
            pupils = {each.person: each for each in self._table.pupils(record.code)}
            if person not in pupils and len(pupils) >= MOST_PUPILS:
                raise Unusable("This class is full: it has {most} people.", most=MOST_PUPILS)
            own = pupils.pop(person, None)
            if own is not None and own.removed:
                raise Unusable("Your host has taken you out of this class.")
            others = {called(each.name, each.number) for each in pupils.values() if not each.removed}
            self._table.join(record.code, person, _alone(name, others))
        self._notice(person)
        return next(each for each in self._table.pupils(record.code) if each.person == person)

    def answer(
        self, person: str, value: Any = None, key: str = "", picture: np.ndarray | None = None
    ) -> ClassView:
        """Gives an answer to the present activity, in place of an earlier one with this key; it may train.

        value: as the activity takes it. key: which of a person's several answers. picture: a drawing, uint8
        (28, 28). Raises ValueError when the person has not joined, no answers are taken now, or it cannot be.
        """
        self._classes.resume(self.code)
        with self._classes.choosing:
            view, record = self.view(), self.record()
            pupil, activity = view.pupil(person), view.activity
            if pupil is None:
                raise Unusable("You have not joined this class yet: join, then answer.")
            stored = activity.checked(value, key, pupil.number)
            if activity.takes_picture and picture is None:
                raise Unusable("An answer here is a drawing: draw first.")
            if not activity.takes_picture and picture is not None:
                raise Unusable("This activity takes no drawings.")
            own = (record.round, person, key)
            given = self._table.answers(record.code, record.place)
            others = [each for each in given if (each.round, each.person, each.key) != own]
            config = activity.config(stored, pupil.number, others)
            content = None if picture is None else _content(picture)
            trains = (config.run_id, TRAINING) if config else ("", SENT)
            if view.phase != OPEN or not self._table.answer(record, person, key, stored, content, *trains):
                raise Unusable("No answers are taken at the moment: watch the wall.")
        if config is not None:
            self._classes.begin(config, person)
        return self.view()

    def start(self) -> None:
        """Opens the present activity for answers, also again after `freeze`."""
        self._move(OPEN)

    def freeze(self) -> None:
        """Takes no more answers; what trains goes on."""
        self._move(FROZEN)

    def reveal(self) -> None:
        """Shows everything: guesses, what came out, the verdict."""
        self._move(REVEALED)

    def again(self) -> None:
        """Begins the present activity again, without the answers so far; they stay in the table."""
        self._move(WAITING, round=self.record().round + 1)

    def go_to(self, place: int) -> None:
        """Goes to another activity of the plan, to its last round; it waits to be started."""
        most = len(self.view().plan) - 1
        if not 0 <= place <= most:
            raise ValueError(f"place must be between 0 and {most}, got {place}.")
        rounds = [each.round for each in self._table.answers(self.code, place)]
        self._move(WAITING, place=place, round=max(rounds, default=0))

    def next(self) -> None:
        """Goes to the next activity of the plan, if there is one."""
        view = self.view()
        if not view.is_last:
            self.go_to(view.place + 1)

    def _move(self, phase: str, **values: int) -> None:
        """Enters a phase, or another activity, unless somebody else has just moved the class on."""
        self._table.move(self.record(), phase=phase, **values)

    def show_names(self, shown: bool) -> None:
        """Shows or hides names on the wall."""
        self._table.change(self.record().code, names=int(shown))

    def change_plan(self, plan: str | Sequence[Activity]) -> None:
        """Sets the activities from `ClassView.to_come` on anew; those before it stay as they are."""
        view = self.view()
        kept = plan_text(view.plan[: view.to_come])
        self._table.change(self.code, plan=self._classes.checked(f"{kept};{_text(plan)}"))

    def unname(self, person: str) -> None:
        """Takes a person's name away: an animal's stands there instead."""
        if self.view().pupil(person) is not None:
            self._table.join(self.code, person, "")

    def remove(self, person: str) -> None:
        """Takes a person out of the class, with everything they have answered, and stops their training."""
        self.stop(person)
        self._table.remove(self.code, person)

    def remove_answer(self, number: int) -> None:
        """Removes an answer, with its drawing; its person may give another one."""
        self._table.remove_answer(self.code, number)

    def stop(self, person: str | None = None) -> None:
        """Stops what one person, or everybody, trains for this class."""
        for answer in self.answers():
            if answer.status == TRAINING and person in (None, answer.person):
                self._classes.stop(answer.run_id, answer.person)
                self._table.end_training(self.code, answer, STOPPED)

    def pictures(self, place: int | None = None, round: int | None = None) -> dict[int, np.ndarray]:
        """Returns an activity's drawings, by default the present one's: answer's number → uint8 (28, 28)."""
        record = self.record()
        place, round = (record.place if place is None else place), (record.round if round is None else round)
        found = self._table.pictures(record.code, place, round)
        return {number: np.frombuffer(content, np.uint8).reshape(28, 28) for number, content in found.items()}

    def read(self, pictures: Iterable[np.ndarray] | None = None) -> dict[str, np.ndarray]:
        """Returns what the included run's models make of drawings, by default of the present activity's.

        Model → logits (n, 10).
        """
        drawn = self.pictures().values() if pictures is None else pictures
        found = [self._classes.logits(picture.tobytes()) for picture in drawn]
        return {model: np.array([each[model] for each in found]).reshape(-1, 10) for model in MODELS}

    def keep(self, name: str = "") -> str:
        """Keeps all drawings so far, without names, also after the class has ended: see `Lab.drawings`.

        Returns the name of the set, by default the class's code. Raises ValueError when there is no drawing,
        or the name cannot be.
        """
        drawn = {answer.number: answer for answer in self.answers()}
        found = {
            number: picture
            for at in dict.fromkeys(answer.at for answer in drawn.values())
            for number, picture in self.pictures(*at).items()
        }
        people = [drawn[number].person for number in found]
        hands = {person: hand for hand, person in enumerate(dict.fromkeys(people))}
        kept = Drawings(
            np.array([*found.values()]),
            np.array([int(drawn[number].value) for number in found]),
            np.array([hands[person] for person in people]),
        )
        self._classes.store.drawings.save(name or self.code, kept)
        return name or self.code

    def table(self) -> pd.DataFrame:
        """Returns the answers to all activities so far as in kd.lab.class_table; names only if shown."""
        from kd.lab.class_table import class_table

        view, answers, says = self.view(), self.answers(), dict[int, dict[str, int]]()
        for at in {answer.at for answer in answers if view.plan[answer.place].takes_picture}:
            pictures = self.pictures(*at)
            read = self.read(pictures.values())
            for place, number in enumerate(pictures):
                says[number] = {model: int(logits[place].argmax()) for model, logits in read.items()}

        def name(person: str) -> str:
            return view.called(person) if view.names else ""

        return class_table(view.plan, answers, name, self._classes.runs.stored, says)

    def answers(self) -> list[Answer]:
        """Returns the answers to all activities so far, in their order."""
        return self._table.answers(self.record().code)

    def end(self) -> None:
        """Ends the class: names, answers and drawings are deleted, its runs stay."""
        self.stop()
        code = self.code
        self._table.end(code)
        self._classes.seen.pop(code, None)

    def is_host(self, person: str) -> bool:
        """Returns whether this person leads the class."""
        return self.record().host == person

    def has_joined(self, person: str) -> bool:
        """Returns whether a person takes part in the class, or has been taken out of it."""
        return any(each.person == person for each in self._table.pupils(self.code))

    def knows(self, person: str) -> bool:
        """Returns whether a person leads the class or has joined it."""
        return self.is_host(person) or self.has_joined(person)

    def ticket(self) -> str:
        """Returns a new word that makes the person who brings it the host, once; earlier ones are void."""
        ticket = secrets.token_urlsafe(12)
        self._table.change(self.record().code, ticket=_digest(ticket))
        return ticket

    def take_over(self, person: str, ticket: str) -> None:
        """Makes a person the host; raises ValueError when the ticket is not the newest, or was used."""
        record = self.record()
        if not record.ticket or not secrets.compare_digest(record.ticket, _digest(ticket)):
            raise Unusable(
                "This link was used, or a newer one was made: "
                "make a new one on the device that leads the class."
            )
        self._table.change(self.code, host=person, ticket="")

    def present(self) -> frozenset[str]:
        """Returns the persons whose phones are there now."""
        now, seen = time.monotonic(), list(self._classes.seen[self.code].items())
        return frozenset(each for each, when in seen if now - when < SECONDS_TILL_GONE)

    def news(self, person: str) -> dict[str, Any]:
        """Returns what a page asks for every second: names of what it shows, and whether the class waits.

        wall, mine: another one whenever what the wall, or this person's page, shows may have changed.
        """
        view = self.view()
        self._notice(person)
        own = [(each.number, each.status) for each in view.answers_of(person)]
        # whoever has a result sees where it lies among the others', again whenever those are twice as many
        landed = sum(each.status == LANDED for each in view.answers).bit_length()
        beside = landed if LANDED in dict(own).values() else 0
        mine: list[Any] = [view.place, view.round, view.phase, view.plan, view.pupil(person), own, beside]
        if view.activity.shows_taken:
            mine += [view.names, sorted({repr(each.value) for each in view.answers})]
        here = sorted(self.present() & {each.person for each in view.pupils})
        names = {"wall": [view.version, here], "mine": mine}
        found = {name: hashlib.sha256(repr(each).encode()).hexdigest()[:12] for name, each in names.items()}
        return {**found, "waits": view.waits_for(person)}

    def _notice(self, person: str) -> None:
        """Notes that a person's phone is there."""
        self._classes.seen[self.code][person] = time.monotonic()
        self._classes.resume(self.code)


class Classes:
    """The classes that are open, newest first: `len`, iteration, and `lab.classes["KXRT"]`."""

    def __init__(
        self,
        store: Store,
        runs: Runs,
        offers: Offers,
        train: Callable[[RunConfig, str], Any],
        stop: Callable[[str, str], Any],
    ):
        """train: asks for a run for a person. stop: withdraws that, by the run's id.

        seen: of each class, when a person's phone has asked last.
        """
        self.store, self.runs, self.table, self._offers = store, runs, store.classes, offers
        self.train, self.stop = train, stop
        self.logits = computed_once(maxsize=4_000)(self._logits)
        self.views = computed_once(maxsize=64)(self._view)
        # two who take the same name, or the same cell, at the same moment get different names, or seeds
        self.choosing = threading.Lock()
        self.seen: dict[str, dict[str, float]] = defaultdict(dict)
        self._resumed: set[str] = set()

    def open(self, plan: str | Sequence[Activity], host: str = NOBODY) -> Class:
        """Opens a class with a new code, led by a person.

        plan: its activities, or their text, such as "guess;seeds;map;digits" (kd.classes.plan).

        Raises ValueError when the plan cannot be, or too many classes are open, in all or of this host's.
        """
        text = self.checked(plan)
        if len(self) >= MOST_CLASSES:
            raise Unusable("{count} classes are open, the most allowed: end one of them.", count=MOST_CLASSES)
        if host != NOBODY and sum(room.is_host(host) for room in self) >= MOST_OF_ONE:
            raise Unusable("You lead {count} classes, the most allowed: end one of them.", count=MOST_OF_ONE)
        while True:
            code = "".join(secrets.choice(LETTERS) for _letter in range(CODE_LENGTH))
            if self.table.open(code, host, text):
                return Class(self, code)

    def checked(self, plan: str | Sequence[Activity]) -> str:
        """Returns the text of a plan as it is kept; raises ValueError when it cannot be, or not here."""
        activities = plan_of(_text(plan))
        self._offers.check(trained_in(activities))
        return plan_text(activities)

    def __getitem__(self, code: str) -> Class:
        """Raises ValueError when no class with this code is open; case and spaces around do not count."""
        return Class(self, self.record(code).code)

    def __iter__(self) -> Iterator[Class]:
        self.table.end_forgotten()
        for record in self.table.all():
            yield Class(self, record.code)

    def __len__(self) -> int:
        return sum(1 for _each in self)

    def record(self, code: str) -> ClassRecord:
        """Returns a class as it is stored; raises ValueError as `__getitem__`."""
        record = self.table.get(str(code).strip().upper())
        if record is None or record.is_over:
            raise Unusable(
                "No class with the code {code} is open: check it, or ask who leads the class.",
                code=quoted(code),
            )
        return record

    def resume(self, code: str) -> None:
        """Goes on, in a thread and once, with what a class trained when the app ended in the middle."""
        with self.choosing:  # what is answered from now on is not left over
            if code in self._resumed:
                return
            self._resumed.add(code)
            left = [answer for answer in self.table.answers(code) if answer.status == TRAINING]
        if left:
            threading.Thread(target=self._resume, args=(code, left), name="kd-class", daemon=True).start()

    def begin(self, config: RunConfig, person: str) -> None:
        """Trains what an answer asks for, or takes what is stored."""
        try:
            self.train(config, person)
        except (ValueError, OSError):
            self.table.run_ended(config.run_id, STOPPED)
            raise
        if self.store.is_usable(config.run_id):
            self.table.run_ended(config.run_id, LANDED)

    def _resume(self, code: str, left: list[Answer]) -> None:
        """Trains what answers wait for and nobody trains: the app has ended in the middle."""
        for answer in left:
            row = self.store.runs.row(answer.run_id)
            if row is not None:
                self.begin(row.config, answer.person)
            else:  # the app has ended before its run began: its pupil may ask for it again
                self.table.end_training(code, answer, STOPPED)

    def _logits(self, content: bytes) -> dict[str, np.ndarray]:
        picture = as_batch(np.frombuffer(content, np.uint8).reshape(1, 28, 28))
        models = self.runs[RunConfig().run_id].models()
        return {model: network.logits(picture)[0] for model, network in models.items()}

    def _view(self, code: str, _created: float, _version: int) -> ClassView:
        record = self.record(code)
        pupils = tuple(each for each in self.table.pupils(code) if not each.removed)
        answers = tuple(self.table.answers(code, record.place, record.round))
        at = (record.place, record.round, record.phase, record.names, record.version)
        to_come = max(record.place, self.table.last_answered(code)) + 1
        return ClassView(code, record.created, plan_of(record.plan), *at, pupils, answers, to_come)


def _text(plan: str | Sequence[Activity]) -> str:
    return plan if isinstance(plan, str) else plan_text(plan)


def _alone(name: str, others: set[str]) -> str:
    """Returns a name that nobody else has: "Ana", or else "Ana 2"."""
    found, number = name, 1
    while found and found in others:
        number += 1
        found = f"{name} {number}"
    return found


def _content(picture: np.ndarray) -> bytes:
    if not isinstance(picture, np.ndarray) or picture.shape != (28, 28) or picture.dtype != np.uint8:
        raise ValueError("A drawing must be a uint8 array of shape (28, 28).")
    return picture.tobytes()


def _digest(ticket: str) -> str:
    return hashlib.sha256(ticket.encode(errors="backslashreplace")).hexdigest()
