"""The pages, in AppTest."""
