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
import inspect
import ssl
from collections.abc import Callable
from typing import Any

from distributed import Client

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
    """Make every TLS socket that this process opens from now on a ForgettingSocket: for the engine's own."""
    ssl.SSLContext.sslsocket_class = ForgettingSocket


class QuietClient(Client):
    """Dask's client in a process that is somebody else's: what it needs changed is changed in it alone.

    Its sockets are ForgettingSockets. Closed while it looks for a lost scheduler, it prints no traceback: the
    log has the run's line.
    """

    _reconnect = inspect.unwrap(Client._reconnect)  # without the decorator that prints it

    @property
    def connection_args(self) -> dict[str, Any]:
        return self._connection_args

    @connection_args.setter
    def connection_args(self, arguments: dict[str, Any]) -> None:
        if arguments["ssl_context"] is not None:
            arguments["ssl_context"].sslsocket_class = ForgettingSocket
        self._connection_args = arguments
