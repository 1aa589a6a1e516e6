"""python -m kd.teachers: see kd.teachers.shipped."""

from kd.teachers.shipped import main
from kd.terminal.entry import run

if __name__ == "__main__":
    run(main)
