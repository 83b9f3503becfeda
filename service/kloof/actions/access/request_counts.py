"""How often each token asked in the present window, in a file that all processes of one host share.

In the database every count would be a write for which all other writers wait; a token that asks in a loop would slow
everybody down, which is what the count is there against. So several hosts count each for itself.
"""

import fcntl
import logging
import os
import struct
import threading
from pathlib import Path
from typing import Final

_SLOT: Final = struct.Struct("<QQ")
"""Of a token: the number of the window, and how often it asked in it. The file is as long as the last token needs."""


log = logging.getLogger(__name__)


class RequestCounts:
    """The counts of one host. Where the file cannot be used, as on a full disk, this process counts for itself, and
    says so once.
    """

    def __init__(self, file: Path) -> None:
        self.file = file
        self._turn = threading.Lock()
        self._open, self._process = -1, 0
        self._own: dict[int, tuple[int, int]] = {}
        self._said = False

    def count(self, token: int, window: int) -> int:
        """One request more of this token (row id) in this window; gives which one it is."""
        with self._turn:
            try:
                return self._counted(token, window)
            except OSError as error:
                if not self._said:
                    log.warning(
                        "%s: %s. Each process counts the requests of a token for itself.",
                        self.file,
                        error.strerror,
                    )
                self._said = True
            before, asked = self._own.get(token, (0, 0))
            self._own[token] = window, asked + 1 if before == window else 1
            return self._own[token][1]

    def _counted(self, token: int, window: int) -> int:
        file = self._opened()
        # Freed by the system where a process dies that holds it.
        fcntl.flock(file, fcntl.LOCK_EX)
        try:
            return self._one_more(file, token * _SLOT.size, window)
        finally:
            fcntl.flock(file, fcntl.LOCK_UN)

    def _one_more(self, file: int, place: int, window: int) -> int:
        found = os.pread(file, _SLOT.size, place)
        before, asked = _SLOT.unpack(found) if len(found) == _SLOT.size else (0, 0)
        asked = asked + 1 if before == window else 1
        os.pwrite(file, _SLOT.pack(window, asked), place)
        return asked

    def _opened(self) -> int:
        # A lock belongs to an opening of the file: a process may not go on with its parent's.
        if self._open < 0 or self._process != os.getpid():
            self.file.parent.mkdir(mode=0o700, exist_ok=True)
            self._open = os.open(self.file, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
            self._process = os.getpid()
        return self._open

    def __del__(self) -> None:
        if self._open >= 0:
            os.close(self._open)
