"""How many files and connections this process may have open."""

from __future__ import annotations

import contextlib

# More than any class needs, and few enough for programs that loop over all of them.
ENOUGH = 65_536
_USUAL = 1024


def raise_limit() -> int:
    """Raise this process's soft limit on descriptors as far as allowed; return the limit it then has.

    macOS gives a program 256, but lets it ask for more. Windows has no such limit.
    """
    try:
        import resource
    except ImportError:
        return ENOUGH
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = ENOUGH if hard == resource.RLIM_INFINITY else min(hard, ENOUGH)
    # macOS calls its hard limit infinite, but refuses what its kernel has no room for.
    for limit in (wanted, 10_240, 4096, _USUAL):
        if soft != resource.RLIM_INFINITY and soft < limit <= wanted:
            with contextlib.suppress(ValueError, OSError):
                resource.setrlimit(resource.RLIMIT_NOFILE, (limit, hard))
                break
    soft, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    return ENOUGH if soft == resource.RLIM_INFINITY else min(soft, ENOUGH)
