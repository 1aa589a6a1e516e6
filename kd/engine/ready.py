"""The word that marks the one line of the engine's process: other code may print there too."""

READY = "kd.engine: "
