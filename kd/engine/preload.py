"""Loaded first by every process of a cluster: for Dask's `--preload` and `--preload-nanny`.

It keeps one broken TLS connection from breaking the others of its process. OpenSSL keeps errors in a queue
per thread. With OpenSSL 3.4 or later, Python 3.12.9 to 3.15 leaves system errors in it: after a write to a
connection whose other end is gone, every read of every healthy connection in that thread fails with the same
"Broken pipe", for as long as the process lives, and a scheduler serves all others from one thread.
https://github.com/python/cpython/issues/148594
"""

import contextlib
import functools
import logging
import ssl
from collections.abc import Callable
from typing import Any

from distributed import Client
from distributed.comm import CommClosedError
from distributed.security import Security

_any_context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)


def _forgetting(method: Callable) -> Callable:
    @functools.wraps(method)
    def wrapper(*arguments, **named):
        try:
            return method(*arguments, **named)
        except ssl.SSLError:  # "not yet" is one of these; Python itself empties the queue for them
            raise
        except OSError:
            with contextlib.suppress(ssl.SSLError):  # the one call of Python's that only empties the queue
                _any_context.set_ciphers("none of this name")
            raise

    return wrapper


class ForgettingSocket(ssl.SSLSocket):
    """A TLS socket that leaves no system errors in OpenSSL's queue for other sockets."""

    read = _forgetting(ssl.SSLSocket.read)
    send = _forgetting(ssl.SSLSocket.send)
    do_handshake = _forgetting(ssl.SSLSocket.do_handshake)
    unwrap = _forgetting(ssl.SSLSocket.unwrap)


class GuestSecurity(Security):
    """Security for a client in any process: its own sockets alone are ForgettingSockets."""

    def get_connection_args(self, role: str) -> dict[str, Any]:
        arguments = super().get_connection_args(role)
        if arguments["ssl_context"] is not None:
            arguments["ssl_context"].sslsocket_class = ForgettingSocket
        return arguments


class GuestClient(Client):
    """Dask's client without its search for a lost scheduler: the engine starts or reaches one itself.

    Closed in that search, Dask 2026.8 prints a traceback.
    """

    async def _reconnect(self) -> None:
        await self._close()


def dask_setup(server) -> None:
    """Called by Dask with the scheduler, nanny or worker that loads this, before it is connected."""
    ssl.SSLContext.sslsocket_class = ForgettingSocket
    if type(server).__name__ == "Worker":
        # In a worker, this logger only reports on the pipe to its parent, which is closed at the end.
        logging.getLogger("distributed.nanny").setLevel(logging.CRITICAL)
        logging.getLogger("distributed.worker").addFilter(_is_no_farewell)


def _is_no_farewell(record: logging.LogRecord) -> bool:
    """Returns False for a heartbeat that finds the scheduler gone, as happens whenever a cluster ends."""
    return not (record.exc_info and isinstance(record.exc_info[1], CommClosedError))
