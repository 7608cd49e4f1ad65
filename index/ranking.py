"""How much a hit is the better for being recent; the same on every backend."""

from datetime import datetime, timedelta

WINDOW = 200  # of the best hits by their words, that are put in order again
PIVOT = timedelta(days=7)  # an article of this age has half of it
WEIGHT = 2.0  # at most, beside scores of about 5 to 50


def recency(published: datetime, now: datetime) -> float:
    """What is added to the score, as Elasticsearch's distance_feature says it."""
    return WEIGHT * (PIVOT / (PIVOT + abs(now - published)))
