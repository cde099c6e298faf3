"""Where a door may stand: on this machine only, since nothing on the wire is encrypted yet."""

from __future__ import annotations

import os
import re
import socket
import stat
from contextlib import suppress

from scenes.errors import BadInput, DaemonError

DEFAULT_ADDRESS = "tcp://127.0.0.1:5799"
MAX_IPC_PATH = 100  # bytes; the socket address of a file holds 104 on macOS and 108 on Linux

_TCP = re.compile(r"^tcp://127\.0\.0\.1:(\*|[1-9][0-9]{0,4})$")


def checked(address: str) -> str:
    """The address, if it is `ipc://PATH` or `tcp://127.0.0.1:PORT` (port `*`: a free one).

    Raises:
        BadInput: it is another kind of address, or leads to another machine.
    """
    path = address.removeprefix("ipc://")
    if path != address and path.startswith("/") and len(path.encode()) <= MAX_IPC_PATH:
        return address
    port = _TCP.match(address)
    if port and (port[1] == "*" or int(port[1]) <= 65535):
        return address
    raise BadInput(
        f"'{address[:200]}' is not an address for the daemon.",
        hint="For now a daemon listens on this machine only: tcp://127.0.0.1:PORT or ipc:///SHORT/PATH.",
    )


def check_free(address: str) -> None:
    """Refuse the file of a door that is open; one that a dead daemon left behind may be taken over.

    Raises:
        DaemonError: somebody listens there, or the file is something else, which binding would destroy.
    """
    path = address.removeprefix("ipc://")
    if path == address or not os.path.lexists(path):
        return
    if not stat.S_ISSOCK(os.lstat(path).st_mode):
        raise DaemonError(f"{path} is not the socket of a daemon.", hint="Choose another address with --bind.")
    with suppress(OSError), socket.socket(socket.AF_UNIX) as caller:
        caller.connect(path)
        raise DaemonError(f"A daemon listens at {address} already.", hint="Choose another address with --bind.")
