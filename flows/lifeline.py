"""`python -m flows.lifeline MODULE ARGUMENT...`: run a module (free of Prefect itself, it starts Prefect's) that ends with its parent.

The parent holds the program's standard input open and never writes to it. When that closes, the parent is gone:
the program is asked to end (SIGTERM), and made to when it has not after ten seconds.
"""

import os
import runpy
import signal
import sys
import threading
import time
from contextlib import suppress

GRACE_SECONDS = 10.0


def _end_with_parent() -> None:
    with suppress(OSError):
        while os.read(0, 4096):
            pass
    os.kill(os.getpid(), signal.SIGTERM)
    time.sleep(GRACE_SECONDS)
    os._exit(1)


if __name__ == "__main__":
    threading.Thread(target=_end_with_parent, name="parent", daemon=True).start()
    sys.argv = sys.argv[1:]
    runpy.run_module(sys.argv[0], run_name="__main__", alter_sys=True)
