from .attempt import Abandoned as Abandoned
from .attempt import Attempt as Attempt
from .attempt import EngineLost as EngineLost
from .attempt import WorkerLost as WorkerLost
from .client import Engine as Engine
