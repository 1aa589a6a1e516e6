"""python -m kd.teacher_logits: see kd.teachers.logits."""

from kd.teachers.logits import main
from kd.terminal.entry import run

if __name__ == "__main__":
    run(main)
