"""The ways to run the notebook's recipe; each is a module with teacher(), students() and warm_up()."""
