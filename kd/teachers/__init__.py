"""The teachers that come with the project: their recipes, files and logits."""
