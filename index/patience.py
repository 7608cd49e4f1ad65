"""How long to retry a server that accepts nothing for now."""

import random
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass

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
