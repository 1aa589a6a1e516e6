"""What Dark knowledge says: its sentences, and its figures for those who do not see them."""
