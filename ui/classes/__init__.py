"""The page Class: the way in, the wall, the phones, and what each kind of activity shows there."""
