"""The lab: what pages, command line and library talk to."""

from kd.lab.lab import SECONDS_OF_A_LONG_RUN, Lab, RunView

__all__ = ["SECONDS_OF_A_LONG_RUN", "Lab", "RunView"]
