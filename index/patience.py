"""How long to retry a server that accepts nothing for now."""

import random
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TypeVar

from articles.errors import IndexUnavailableError

_Answer = TypeVar("_Answer")

_FIRST_PAUSE = 0.5  # seconds
_LONGEST_PAUSE = 15.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Patience:
    """How long to retry an index that accepts nothing, in seconds from the first refusal, and by which clock."""

    seconds: float = 60.0
    monotonic: Callable[[], float] = time.monotonic
    sleep: Callable[[float], None] = time.sleep
    random: Callable[[], float] = random.random

    def pauses(self) -> Iterator[float]:
        """Seconds to wait before each retry: doubling, with jitter, until the time is up."""
        end = self.monotonic() + self.seconds
        longest = _FIRST_PAUSE
        while self.monotonic() < end:
            yield min(longest * (0.5 + self.random() / 2), max(0.0, end - self.monotonic()))
            longest = min(2 * longest, _LONGEST_PAUSE)

    def wait_for(self, ask: Callable[[], _Answer]) -> _Answer:
        """The answer, asked for again while the index is not available. Raises IndexUnavailableError when the time is up."""
        pauses = self.pauses()
        while True:
            try:
                return ask()
            except IndexUnavailableError:
                pause = next(pauses, None)
                if pause is None:
                    raise
                self.sleep(pause)
