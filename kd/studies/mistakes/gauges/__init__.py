"""What loss, gradient and accuracy say of a mistake, in numbers; kd/text/mistake_words.py has the words."""

from kd.studies.mistakes.gauges.course import Course, courses
from kd.studies.mistakes.gauges.slope import Slope, slope

__all__ = ["Course", "Slope", "courses", "slope"]
