"""How much a hit is the better for being recent; the same on every backend."""

from datetime import timedelta

WINDOW = 200  # of the best hits by their words, that are put in order again
PIVOT = timedelta(days=7)  # an article of this age has half of it
WEIGHT = 2.0  # at most, beside scores of about 5 to 50


def recency(age: timedelta) -> float:
    """What is added to the score of an article of this age, as Elasticsearch's distance_feature has it."""
    return WEIGHT * (PIVOT / (PIVOT + abs(age)))
