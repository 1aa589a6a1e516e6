"""Class: many people, each on a phone, and one wall."""

from ui.classes import entrance, room
from ui.shared.frame import page
from ui.shared.server import warm_lab

with page("Class", turns=not room.is_asked()):
    lab = warm_lab()
    one = room.asked(lab)
    if one is None:
        entrance.draw(lab)
    else:
        room.draw(lab, one)
