"""An event loop whose time passes by itself: a wait takes none of the machine's, and its length is exact."""

import asyncio
import selectors
from collections.abc import Coroutine
from typing import Any, TypeVar

Answer = TypeVar("Answer")

TICK = 1e-6
"""Seconds that each turn of the loop takes, so that time never stands still."""


class _Clock(selectors.SelectSelector):
    """Where the loop would wait for its next timer, the timer is due."""

    now = 0.0

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        if timeout is None:
            raise RuntimeError("everything waits, and no timer will end it")
        self.now += max(timeout, TICK)
        return []


class _Loop(asyncio.SelectorEventLoop):
    def __init__(self) -> None:
        self._now = _Clock()
        super().__init__(self._now)

    def time(self) -> float:
        return self._now.now


def run(main: Coroutine[Any, Any, Answer]) -> Answer:
    """What `main` returns. It begins at time 0; threads and sockets are never heard of."""
    with asyncio.Runner(loop_factory=_Loop) as runner:
        return runner.run(main)


def now() -> float:
    """Seconds since the beginning."""
    return asyncio.get_running_loop().time()
