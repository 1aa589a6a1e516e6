"""The settings of a run: `RunConfig`, its fields, and the presets."""

from kd.base.fields import to_bool as to_bool
from kd.config.fields import CONVOLUTIONAL as CONVOLUTIONAL
from kd.config.fields import DENSE as DENSE
from kd.config.fields import FRESH as FRESH
from kd.config.fields import LINEAR as LINEAR
from kd.config.fields import SHIPPED_TEACHERS as SHIPPED_TEACHERS
from kd.config.fields import TEST_IMAGES as TEST_IMAGES
from kd.config.fields import TRAIN_IMAGES as TRAIN_IMAGES
from kd.config.fields import epochs_for as epochs_for
from kd.config.fields import has_fresh_teacher as has_fresh_teacher
from kd.config.fields import has_nonsense as has_nonsense
from kd.config.fields import has_teaching as has_teaching
from kd.config.fields import is_consistent as is_consistent
from kd.config.fields import why_idle as why_idle
from kd.config.run_config import FIELD_TYPES as FIELD_TYPES
from kd.config.run_config import FIELDS as FIELDS
from kd.config.run_config import NOBODY as NOBODY
from kd.config.run_config import OFFERED as OFFERED
from kd.config.run_config import PRESETS as PRESETS
from kd.config.run_config import Contradiction as Contradiction
from kd.config.run_config import Preset as Preset
from kd.config.run_config import RunConfig as RunConfig
from kd.config.run_config import config_of as config_of
from kd.config.run_config import not_a_field as not_a_field
from kd.text.words import MODELS as MODELS
from kd.text.words import STUDENTS as STUDENTS
