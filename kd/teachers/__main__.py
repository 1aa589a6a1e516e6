"""python -m kd.teachers: see kd.teachers.shipped."""

from kd.cli.entry import run
from kd.teachers.shipped import main

if __name__ == "__main__":
    run(main)
