"""How sure: seeds added one by one, and the leaderboard of objectives."""
