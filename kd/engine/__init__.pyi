from .attempt import Attempt as Attempt
from .attempt import WorkerLost as WorkerLost
from .connection import Abandoned as Abandoned
from .connection import EngineLost as EngineLost
from .engine import Engine as Engine
