"""The names that this app may be reached by, as KD_HOSTS lists them."""

import logging
import os
from functools import cache
from urllib.parse import SplitResult, urlsplit

VARIABLE = "KD_HOSTS"
_log = logging.getLogger("kd.ui")


def listed() -> tuple[SplitResult, ...]:
    """Returns what KD_HOSTS lists, in its order: patterns for names, some with a scheme and a port."""
    return _listed(os.environ.get(VARIABLE, ""))


@cache
def _listed(names: str) -> tuple[SplitResult, ...]:
    found = []
    for name in filter(None, (name.strip() for name in names.split(","))):
        parts = parsed(name if "://" in name else f"//{name}")
        if parts is None or not parts.hostname:
            _log.warning("%s: “%s” is not a host name and is ignored.", VARIABLE, name)
        else:
            found.append(parts)
    return tuple(found)


def parsed(address: str) -> SplitResult | None:
    """Splits an address that is a host and a port at most; None if it is anything else."""
    try:
        parts = urlsplit(address.lower())
        parts.port  # noqa: B018 - raises unless it is a number
    except ValueError:
        return None
    return None if parts.username or parts.path.strip("/") or parts.query else parts
