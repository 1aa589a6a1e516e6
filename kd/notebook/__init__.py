"""The notebook of the lab: its runs as people list, name, keep, delete and compare them."""
