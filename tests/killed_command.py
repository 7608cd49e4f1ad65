"""A command that is killed (SIGKILL) at a certain call of a function: `python -m tests.killed_command WHERE NTH WHEN WORD...`.

WHERE is `package.module:name.of.function`, WHEN `before` or `after` the call; what is settled together are two articles.
"""

import os
import signal
import sys
from functools import reduce
from importlib import import_module
from itertools import count
from typing import Any

from broadsheet.cli import main
from pipeline import batches


def killed_at(where: str, nth: int, when: str) -> None:
    """Have this process killed there."""
    module, _, path = where.partition(":")
    *owners, name = path.split(".")
    owner = reduce(getattr, owners, import_module(module))
    original, calls = getattr(owner, name), count(1)

    def killing(*arguments: Any, **named: Any) -> Any:
        is_now = next(calls) == nth
        if is_now and when == "before":
            os.kill(os.getpid(), signal.SIGKILL)
        result = original(*arguments, **named)
        if is_now:
            os.kill(os.getpid(), signal.SIGKILL)
        return result

    setattr(owner, name, killing)


if __name__ == "__main__":
    batches._AT_ONCE = 2
    killed_at(sys.argv[1], int(sys.argv[2]), sys.argv[3])
    sys.argv[1:] = sys.argv[4:]
    main()
