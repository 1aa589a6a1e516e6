"""What networks say of pictures."""

from typing import Any, NamedTuple


class Outputs(NamedTuple):
    """The outputs of a network for some pictures.

    logits: float (n, 10). attention: float (n, 245), the maps after both convolutions (14 × 14 and 7 × 7,
    each flattened and of length 1, joined); only for objectives with `compares_attention`.
    """

    logits: Any
    attention: Any = None
