"""python -m kd.teacher_logits: see kd.teachers.logits."""

from kd.cli.entry import run
from kd.teachers.logits import main

if __name__ == "__main__":
    run(main)
