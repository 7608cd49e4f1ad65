"""One process that can be killed, and reads one thing after the other for an event loop."""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Generic, TypeVar

from store.records import FeedReason
from store.workers import Lost, Workers

Task = TypeVar("Task")
Result = TypeVar("Result")


class KillableReader(Generic[Task, Result]):
    """Applies `function` to tasks, each in at most `seconds`. To be closed after the last."""

    def __init__(self, function: Callable[[Task], Result], seconds: float) -> None:
        self._workers: Workers[Task, Result] = Workers(function, 1, seconds)
        self._thread = ThreadPoolExecutor(1)

    async def call(self, task: Task) -> Result | Lost:
        """The result of one task."""
        return await asyncio.get_running_loop().run_in_executor(self._thread, self._workers.call, task)

    def close(self) -> None:
        """End the process."""
        self._workers.close()


def lost_reason(lost: Lost) -> FeedReason:
    """Why a list without a result gave no entries."""
    match lost.why:
        case "timeout":
            return FeedReason.PARSER_TIMEOUT
        case "died":
            return FeedReason.PARSER_DIED
        case "error":
            return FeedReason.PARSER_ERROR
