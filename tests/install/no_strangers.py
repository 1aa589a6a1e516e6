"""Goes into the try-out's environment, whose every process loads it: nobody outside this machine is reached.

Whoever is asked for is written to the file named by KD_STRANGERS, and not found.
"""

import os
import sys

_OWN = ("127.0.0.1", "::1", "localhost", "0.0.0.0", "::", "")


def _watch(event, arguments):
    if event in ("socket.connect", "socket.getaddrinfo"):
        asked = arguments[1] if event == "socket.connect" else arguments[:1]
        if isinstance(asked, tuple) and asked[0] not in (None, *_OWN):
            with open(os.environ["KD_STRANGERS"], "a", encoding="utf-8") as file:
                file.write(f"{event} {asked[0]}\n")
            raise OSError(f"there is no way to {asked[0]}")


sys.addaudithook(_watch)
