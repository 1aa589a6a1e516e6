"""What a trained model says: its errors, its confidence, its soft targets, what it looks at."""
