"""Controls and figures that answer within a frame: the browser has the numbers."""
