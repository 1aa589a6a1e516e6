"""One broken TLS connection must not break the others of its process.

OpenSSL notes errors in a queue of the thread, and with OpenSSL from 3.4 on, Python from 3.12.9 on leaves
system errors there: once somebody has written to a connection whose other end is gone, every read of every
healthy connection in that thread fails with the same "Broken pipe", for as long as the process lives. A
scheduler serves all its workers and clients from one thread.
https://github.com/python/cpython/issues/148594
"""

from __future__ import annotations

import contextlib
import functools
import ssl
from collections.abc import Callable

_any_context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)


def forget_errors() -> None:
    """Empty this thread's queue of OpenSSL errors: the one call of Python's that does nothing else."""
    with contextlib.suppress(ssl.SSLError):
        _any_context.set_ciphers("none of this name")


def _forgetting(method: Callable) -> Callable:
    @functools.wraps(method)
    def wrapper(*arguments, **named):
        try:
            return method(*arguments, **named)
        except ssl.SSLError:  # "not yet" is one of them; Python empties the queue for these itself
            raise
        except OSError:
            forget_errors()
            raise

    return wrapper


class ForgettingSocket(ssl.SSLSocket):
    """A TLS socket whose system errors are its own."""

    read = _forgetting(ssl.SSLSocket.read)
    send = _forgetting(ssl.SSLSocket.send)
    do_handshake = _forgetting(ssl.SSLSocket.do_handshake)
    unwrap = _forgetting(ssl.SSLSocket.unwrap)


def install() -> None:
    """Make every TLS socket that this process opens from now on one of these."""
    ssl.SSLContext.sslsocket_class = ForgettingSocket
