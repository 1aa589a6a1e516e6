"""Classes: many people, each on a phone, who do something together, led by one of them."""

from __future__ import annotations

import hashlib
import json
import secrets
import threading
import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from kd.base.once import computed_once
from kd.base.unusable import Unusable
from kd.classes.activity import Activity
from kd.classes.plan import plan_of, plan_text
from kd.config import MODELS, NOBODY, RunConfig
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
from kd.text.translation import _
from kd.text.words import quoted

if TYPE_CHECKING:
    import pandas as pd

LETTERS = "BCDFGHJKLMNPQRSTVWXZ"
"""Of a code: no vowels, so that no code is a word, and none that looks like another letter or a digit."""
CODE_LENGTH = 4
SECONDS_OPEN = 86_400.0
"""A class ends by itself after a day."""
MOST_CLASSES, MOST_PUPILS, MOST_IN_NAME = 100, 300, 20
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

    code: its name, which people join with. Every method raises ValueError when the class has ended.
    """

    def __init__(self, classes: Classes, code: str):
        self._classes, self.code = classes, code

    def view(self) -> ClassView:
        """Returns the class as it is now; cheap. Raises ValueError when it has ended."""
        return self._classes.view(self.code)

    def join(self, person: str, name: str = "") -> Pupil:
        """Lets a person take part, by a name or as an animal; whoever has joined may take another name.

        Raises ValueError when the name cannot be, the class is full, or its host has taken this person out.
        """
        return self._classes.join(self.code, person, name)

    def answer(
        self, person: str, value: Any = None, key: str = "", picture: np.ndarray | None = None
    ) -> ClassView:
        """Gives an answer to the present activity, in place of an earlier one with this key; it may train.

        value: as the activity takes it. key: which of a person's several answers. picture: a drawing, uint8
        (28, 28). Raises ValueError when the person has not joined, no answers are taken now, or it cannot be.
        """
        return self._classes.answer(self.code, person, value, key, picture)

    def start(self) -> None:
        """Opens the present activity for answers, also again after `freeze`."""
        self._classes.move(self.code, OPEN)

    def freeze(self) -> None:
        """Takes no more answers; what trains goes on."""
        self._classes.move(self.code, FROZEN)

    def reveal(self) -> None:
        """Shows everything: guesses, what came out, the verdict."""
        self._classes.move(self.code, REVEALED)

    def again(self) -> None:
        """Begins the present activity again, without the answers so far; they stay in the table."""
        view = self.view()
        self._classes.move(self.code, WAITING, round=view.round + 1)

    def go_to(self, place: int) -> None:
        """Goes to another activity of the plan, to its last round; it waits to be started."""
        view = self.view()
        if not 0 <= place < len(view.plan):
            raise ValueError(f"place must be between 0 and {len(view.plan) - 1}, got {place}.")
        rounds = [each.round for each in self._classes.table.answers(self.code, place)]
        self._classes.move(self.code, WAITING, place=place, round=max(rounds, default=0))

    def next(self) -> None:
        """Goes to the next activity of the plan."""
        self.go_to(min(self.view().place + 1, len(self.view().plan) - 1))

    def show_names(self, shown: bool) -> None:
        """Shows or hides names on the wall."""
        self._classes.table.change(self.view().code, names=int(shown))

    def change_plan(self, plan: str | Sequence[Activity]) -> None:
        """Sets the activities from `ClassView.to_come` on anew; those before it stay as they are."""
        view, given = self.view(), plan_of(plan) if isinstance(plan, str) else tuple(plan)
        plan = plan_text((*view.plan[: view.to_come], *given))
        self._classes.table.change(self.code, plan=plan_text(plan_of(plan)))

    def unname(self, person: str) -> None:
        """Takes a person's name away: an animal's stands there instead."""
        if self.view().pupil(person) is not None:
            self._classes.table.join(self.code, person, "")

    def remove(self, person: str) -> None:
        """Takes a person out of the class, with everything they have answered, and stops their training."""
        self.stop(person)
        self._classes.table.remove(self.code, person)

    def remove_answer(self, number: int) -> None:
        """Removes an answer, with its drawing; its person may give another one."""
        self._classes.table.remove_answer(self.code, number)

    def stop(self, person: str | None = None) -> None:
        """Stops what one person, or everybody, trains for this class."""
        self._classes.stop(self.code, person)

    def pictures(self, place: int | None = None, round: int | None = None) -> dict[int, np.ndarray]:
        """Returns an activity's drawings, by default the present one's: answer's number → uint8 (28, 28)."""
        return self._classes.pictures(self.code, place, round)

    def read(self, place: int | None = None, round: int | None = None) -> dict[str, np.ndarray]:
        """Returns what the three models make of an activity's drawings, in the order of `pictures`.

        Model → logits (n, 10). Raises ValueError when the models of the activity's run cannot be had.
        """
        return self._classes.read(self.code, place, round)

    def keep(self, name: str = "") -> str:
        """Keeps all drawings so far, without names, also after the class has ended: see `Lab.drawings`.

        Returns the name of the set, by default the class's code. Raises ValueError when there is no drawing,
        or the name cannot be.
        """
        return self._classes.keep(self.code, name)

    def table(self) -> pd.DataFrame:
        """Returns the answers to all activities so far as in kd.lab.class_table; names only if shown."""
        return self._classes.answers_table(self.code)

    def answers(self) -> list[Answer]:
        """Returns the answers to all activities so far, in their order."""
        self.view()
        return self._classes.table.answers(self.code)

    def end(self) -> None:
        """Ends the class: names, answers and drawings are deleted, its runs stay."""
        self._classes.end(self.code)

    def is_host(self, person: str) -> bool:
        """Returns whether this person leads the class."""
        return self._classes.record(self.code).host == person

    def has_joined(self, person: str) -> bool:
        """Returns whether a person takes part in the class, or has been taken out of it."""
        return any(each.person == person for each in self._classes.table.pupils(self.code))

    def ticket(self) -> str:
        """Returns a new word that makes the person who brings it the host, once; earlier ones are void."""
        ticket = secrets.token_urlsafe(12)
        self._classes.table.change(self.view().code, ticket=_digest(ticket))
        return ticket

    def take_over(self, person: str, ticket: str) -> None:
        """Makes a person the host; raises ValueError when the ticket is not the newest, or was used."""
        record = self._classes.record(self.code)
        if not record.ticket or not secrets.compare_digest(record.ticket, _digest(ticket)):
            raise Unusable(
                _(
                    "This link was used, or a newer one was made: "
                    "make a new one on the device that leads the class."
                )
            )
        self._classes.table.change(self.code, host=person, ticket="")

    def present(self) -> frozenset[str]:
        """Returns the persons whose phones are there now."""
        return self._classes.present(self.code)


class Classes:
    """The classes that are open, newest first: `len`, iteration, and `lab.classes["KXRT"]`."""

    def __init__(
        self,
        store: Store,
        runs: Runs,
        train: Callable[[RunConfig, str], Any],
        stop: Callable[[str, str], Any],
    ):
        """train: asks for a run for a person. stop: withdraws that, by the run's id."""
        self._store, self._runs, self.table = store, runs, store.classes
        self._train, self._stop = train, stop
        self._says = computed_once(maxsize=4_000)(self._read_picture)
        self._read = computed_once(maxsize=64)(self._read_view)
        self._seen: dict[str, dict[str, float]] = defaultdict(dict)
        self._resumed: set[str] = set()
        # two who take the same name, or the same cell, at the same moment get different names, or seeds
        self._choosing = threading.Lock()

    def open(self, plan: str | Sequence[Activity], host: str = NOBODY) -> Class:
        """Opens a class with a new code, led by a person.

        plan: its activities, or their text, such as "guess;seeds;map;digits" (kd.classes.plan).

        Raises ValueError when the plan cannot be, or too many classes are open.
        """
        text = plan if isinstance(plan, str) else plan_text(plan)
        text = plan_text(plan_of(text))
        self._end_old()
        if len(self.table.all()) >= MOST_CLASSES:
            raise Unusable(
                _("{count} classes are open, the most allowed: end one of them.", count=MOST_CLASSES)
            )
        while True:
            code = "".join(secrets.choice(LETTERS) for _letter in range(CODE_LENGTH))
            if self.table.open(code, host, text):
                return Class(self, code)

    def __getitem__(self, code: str) -> Class:
        """Raises ValueError when no class with this code is open; case and spaces around do not count."""
        return Class(self, self.record(code).code)

    def __iter__(self) -> Iterator[Class]:
        self._end_old()
        return (Class(self, record.code) for record in self.table.all())

    def __len__(self) -> int:
        self._end_old()
        return len(self.table.all())

    def record(self, code: str) -> ClassRecord:
        """Returns a class as it is stored; raises ValueError as `__getitem__`."""
        asked = code.strip().upper() if isinstance(code, str) else ""
        record = self.table.get(asked)
        if record is None or time.time() - record.created > SECONDS_OPEN:
            raise Unusable(
                _(
                    "No class with the code {code} is open: check it, or ask who leads the class.",
                    code=quoted(code),
                )
            )
        return record

    def view(self, code: str) -> ClassView:
        """Returns a class as it is now; cheap."""
        record = self.record(code)
        return self._read(record.code, record.created, record.version)

    def join(self, code: str, person: str, name: str) -> Pupil:
        """See `Class.join`."""
        record, name = self.record(code), checked_nickname(name, MOST_IN_NAME)
        with self._choosing:
            pupils = self.table.pupils(record.code)
            own = next((each for each in pupils if each.person == person), None)
            if own is not None and own.removed:
                raise Unusable(_("Your host has taken you out of this class."))
            if own is None and len(pupils) >= MOST_PUPILS:
                raise Unusable(_("This class is full: it has {most} people.", most=MOST_PUPILS))
            others = {
                called(each.name, each.number)
                for each in pupils
                if each.person != person and not each.removed
            }
            self.table.join(record.code, person, _alone(name, others))
        self.seen(record.code, person)
        return next(each for each in self.table.pupils(record.code) if each.person == person)

    def answer(self, code: str, person: str, value: Any, key: str, picture: np.ndarray | None) -> ClassView:
        """See `Class.answer`."""
        with self._choosing:
            view, record = self.view(code), self.record(code)
            pupil = view.pupil(person)
            if pupil is None:
                raise Unusable(_("You have not joined this class yet: join, then answer."))
            activity = view.activity
            stored = activity.checked(value, key, pupil.number)
            json.dumps(stored)
            if activity.takes_picture != (picture is not None):
                raise Unusable(
                    _("An answer here is a drawing: draw first.")
                    if picture is None
                    else _("An answer here is no drawing.")
                )
            own = (record.round, person, key)
            given = self.table.answers(record.code, record.place)
            others = [each for each in given if (each.round, each.person, each.key) != own]
            config = activity.config(stored, pupil.number, others)
            content = None if picture is None else _content(picture)
            run_id = "" if config is None else config.run_id
            status = SENT if config is None else TRAINING
            if view.phase != OPEN or not self.table.answer(
                record, person, key, stored, content, run_id, status
            ):
                raise Unusable(_("No answers are taken at the moment: watch the wall."))
        if config is not None:
            self._begin(config, person)
        return self.view(code)

    def move(self, code: str, phase: str, **values: int) -> None:
        """Has a class enter a phase, or another activity, unless somebody else has just moved it on."""
        self.table.move(self.record(code), phase=phase, **values)

    def stop(self, code: str, person: str | None) -> None:
        """See `Class.stop`."""
        for answer in self.table.answers(self.record(code).code):
            if answer.status == TRAINING and person in (None, answer.person):
                self._stop(answer.run_id, answer.person)
                self.table.end_training(answer, STOPPED)

    def pictures(self, code: str, place: int | None, round: int | None) -> dict[int, np.ndarray]:
        """See `Class.pictures`."""
        record = self.record(code)
        place, round = (record.place if place is None else place), (record.round if round is None else round)
        found = self.table.pictures(record.code, place, round)
        return {number: np.frombuffer(content, np.uint8).reshape(28, 28) for number, content in found.items()}

    def read(self, code: str, place: int | None, round: int | None) -> dict[str, np.ndarray]:
        """See `Class.read`."""
        record = self.record(code)
        activity = self.view(code).plan[record.place if place is None else place]
        run_id = getattr(activity, "run", "") or RunConfig().run_id
        pictures = self.pictures(code, place, round).values()
        found = [self._says(run_id, picture.tobytes()) for picture in pictures]
        return {model: np.array([each[model] for each in found]).reshape(-1, 10) for model in MODELS}

    def keep(self, code: str, name: str) -> str:
        """See `Class.keep`."""
        record, hands = self.record(code), dict[str, int]()
        pictures, digits, drawn_by = [], [], []
        drawn = {answer.number: answer for answer in self.table.answers(record.code)}
        for at in dict.fromkeys(answer.at for answer in drawn.values()):
            for number, picture in self.pictures(code, *at).items():
                pictures.append(picture)
                digits.append(int(drawn[number].value))
                drawn_by.append(hands.setdefault(drawn[number].person, len(hands)))
        kept = Drawings(*map(np.array, (pictures, digits, drawn_by)))
        self._store.drawings.save(name or record.code, kept)
        return name or record.code

    def answers_table(self, code: str) -> pd.DataFrame:
        """See `Class.table`."""
        from kd.lab.class_table import class_table

        view = self.view(code)
        answers, says = self.table.answers(view.code), dict[int, dict[str, int]]()
        for at in {answer.at for answer in answers if view.plan[answer.place].takes_picture}:
            read = self.read(code, *at)
            for place, number in enumerate(self.pictures(code, *at)):
                says[number] = {model: int(logits[place].argmax()) for model, logits in read.items()}

        def name(person: str) -> str:
            return view.called(person) if view.names else ""

        return class_table(view.plan, answers, name, self._runs.stored, says)

    def end(self, code: str) -> None:
        """See `Class.end`."""
        record = self.record(code)
        self.stop(record.code, None)
        self.table.end(record.code)
        self._seen.pop(record.code, None)

    def seen(self, code: str, person: str) -> None:
        """Notes that a person's phone is there, and goes on with what a class trained when the app ended."""
        self._seen[code][person] = time.monotonic()
        if code not in self._resumed:
            self._resumed.add(code)
            threading.Thread(target=self._resume, args=(code,), name="kd-class", daemon=True).start()

    def present(self, code: str) -> frozenset[str]:
        """See `Class.present`."""
        now = time.monotonic()
        return frozenset(
            each for each, when in list(self._seen[code].items()) if now - when < SECONDS_TILL_GONE
        )

    def news(self, code: str, person: str) -> dict[str, Any]:
        """Returns what a page asks for every second: names of what it shows, and whether the class waits.

        wall, mine: another one whenever what the wall, or this person's page, shows may have changed.
        """
        view = self.view(code)
        self.seen(view.code, person)
        own = [(each.number, each.status) for each in view.answers_of(person)]
        # whoever has a result sees where it lies among the others', again whenever those are twice as many
        landed = sum(each.status == LANDED for each in view.answers).bit_length()
        beside = landed if LANDED in dict(own).values() else 0
        mine: list[Any] = [view.place, view.round, view.phase, view.plan, view.pupil(person), own, beside]
        if view.activity.shows_taken:
            mine += [view.names, sorted({repr(each.value) for each in view.answers})]
        here = sorted(self.present(view.code) & {each.person for each in view.pupils})
        names = {"wall": [view.version, here], "mine": mine}
        found = {name: hashlib.sha256(repr(each).encode()).hexdigest()[:12] for name, each in names.items()}
        return {**found, "waits": view.waits_for(person)}

    def run_ended(self, run_id: str) -> None:
        """Notes in the classes that wait for it that a run has ended."""
        is_stored = self._store.runs.has(run_id)
        self.table.run_ended(run_id, LANDED if is_stored else STOPPED)

    def _begin(self, config: RunConfig, person: str) -> None:
        """Trains what an answer asks for, or takes what is stored."""
        try:
            self._train(config, person)
        except (ValueError, OSError):
            self.table.run_ended(config.run_id, STOPPED)
            raise
        if self._store.is_usable(config.run_id):
            self.run_ended(config.run_id)

    def _resume(self, code: str) -> None:
        """Trains what answers wait for and nobody trains: the app has ended in the middle."""
        for answer in self.table.answers(code):
            if answer.status == TRAINING:
                row = self._store.runs.row(answer.run_id)
                if row is not None:
                    self._begin(row.config, answer.person)
                else:  # the app has ended before its run began: its pupil may ask for it again
                    self.table.end_training(answer, STOPPED)

    def _read_picture(self, run_id: str, content: bytes) -> dict[str, np.ndarray]:
        picture = as_batch(np.frombuffer(content, np.uint8).reshape(1, 28, 28))
        return {model: network.logits(picture)[0] for model, network in self._runs[run_id].models().items()}

    def _read_view(self, code: str, _created: float, _version: int) -> ClassView:
        record = self.record(code)
        pupils = tuple(each for each in self.table.pupils(code) if not each.removed)
        answers = tuple(self.table.answers(code, record.place, record.round))
        at = (record.place, record.round, record.phase, record.names, record.version)
        to_come = max(record.place, self.table.last_answered(code)) + 1
        return ClassView(code, record.created, plan_of(record.plan), *at, pupils, answers, to_come)

    def _end_old(self) -> None:
        for record in self.table.all():
            if time.time() - record.created > SECONDS_OPEN:
                self.table.end(record.code)


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
