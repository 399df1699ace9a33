"""Commands that permission bits bind, also where the tests run as root: root gives up the right to pass them over.

python tests/bound.py /path/to/program ...
"""

from __future__ import annotations

import ctypes
import os
import sys
from collections.abc import Sequence

_PR_CAPBSET_DROP = 24
_RIGHTS = (1, 2)
"""CAP_DAC_OVERRIDE and CAP_DAC_READ_SEARCH of Linux: to write and to read whatever the bits say."""


def bound(command: Sequence[str]) -> list[str]:
    """The command line that runs ``command``, whose program is a full path, so that a file's mode counts."""
    return [sys.executable, __file__, *command] if os.geteuid() == 0 else list(command)


def main() -> None:
    """Give up the rights, then become the command. A right that is out of the bounding set is gone after exec."""
    libc = ctypes.CDLL(None, use_errno=True)
    for right in _RIGHTS:
        if libc.prctl(_PR_CAPBSET_DROP, right, 0, 0, 0) != 0:
            raise OSError(ctypes.get_errno(), "cannot give up a right of root")
    os.execv(sys.argv[1], sys.argv[1:])


if __name__ == "__main__":
    main()
