"""The prefix of the one line that the engine's process prints: other code may print there too."""

READY = "kd.engine: "
