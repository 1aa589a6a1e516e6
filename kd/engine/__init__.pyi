from .connection import Abandoned as Abandoned
from .connection import EngineLost as EngineLost
from .engine import Attempt as Attempt
from .engine import Engine as Engine
from .engine import WorkerLost as WorkerLost
