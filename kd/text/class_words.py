"""What people in a class are called."""

from __future__ import annotations

from kd.text.translation import N_, _

ANIMALS = (
    N_("Otter"), N_("Heron"), N_("Lynx"), N_("Toucan"), N_("Badger"), N_("Owl"),
    N_("Tapir"), N_("Gecko"), N_("Dolphin"), N_("Fox"), N_("Koala"), N_("Penguin"),
    N_("Jaguar"), N_("Turtle"), N_("Falcon"), N_("Hedgehog"), N_("Seal"), N_("Parrot"),
    N_("Zebra"), N_("Beaver"), N_("Panda"), N_("Raven"), N_("Llama"), N_("Salmon"),
    N_("Giraffe"), N_("Robin"), N_("Bison"), N_("Octopus"), N_("Squirrel"), N_("Crane"),
    N_("Wolf"), N_("Sloth"), N_("Swan"), N_("Camel"), N_("Newt"), N_("Lion"),
    N_("Wombat"), N_("Eagle"), N_("Mole"), N_("Whale"),
)  # fmt: skip


def called(name: str, number: int) -> str:
    """Returns what a pupil is called: the name they gave, or an animal that nobody else in the class is."""
    if name:
        return name
    turn, place = divmod(number, len(ANIMALS))
    animal = _(ANIMALS[place])
    return f"{animal} {turn + 1}" if turn else animal
