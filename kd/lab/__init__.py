"""The lab: what pages, command line and library talk to."""

from kd.lab.lab import Lab, RunView

__all__ = ["Lab", "RunView"]
