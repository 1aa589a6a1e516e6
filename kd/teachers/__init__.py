"""The teachers that come with the project: their recipes and files."""
