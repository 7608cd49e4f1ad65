"""What is said of a feed that its parser did not get done with."""

from typing import get_args, get_type_hints

import pytest

from crawlers.feed_reader import _lost
from store.workers import Lost


@pytest.mark.parametrize("why", get_args(get_type_hints(Lost)["why"]))
def test_a_feed_that_stopped_its_parser_says_how(why: str) -> None:
    assert _lost(Lost(why, "")) == f"parser_{why}"  # type: ignore[arg-type]
