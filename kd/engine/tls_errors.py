"""Keep one broken TLS connection from breaking the others of its process.

OpenSSL keeps errors in a queue per thread. With OpenSSL 3.4 or later, Python 3.12.9 and later leave system
errors in it: after a write to a connection whose other end is gone, every read of every healthy connection in
that thread fails with the same "Broken pipe", for as long as the process lives. A scheduler serves all its
workers and clients from one thread.
https://github.com/python/cpython/issues/148594
"""

from __future__ import annotations

import contextlib
import functools
import ssl
from collections.abc import Callable

_any_context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)


def forget_errors() -> None:
    """Empty this thread's queue of OpenSSL errors, by the one Python call that does nothing else."""
    with contextlib.suppress(ssl.SSLError):
        _any_context.set_ciphers("none of this name")


def _forgetting(method: Callable) -> Callable:
    @functools.wraps(method)
    def wrapper(*arguments, **named):
        try:
            return method(*arguments, **named)
        except ssl.SSLError:  # "not yet" is one of these; Python itself empties the queue for them
            raise
        except OSError:
            forget_errors()
            raise

    return wrapper


class ForgettingSocket(ssl.SSLSocket):
    """A TLS socket whose system errors do not affect others."""

    read = _forgetting(ssl.SSLSocket.read)
    send = _forgetting(ssl.SSLSocket.send)
    do_handshake = _forgetting(ssl.SSLSocket.do_handshake)
    unwrap = _forgetting(ssl.SSLSocket.unwrap)


def install() -> None:
    """Make every TLS socket that this process opens from now on a ForgettingSocket."""
    ssl.SSLContext.sslsocket_class = ForgettingSocket
