"""How much a recent hit gains in rank; the same on every backend."""

from datetime import timedelta

WINDOW = 200  # of the best hits by their words, which are sorted again
PIVOT = timedelta(days=7)  # an article of this age gets half of WEIGHT
WEIGHT = 2.0  # at most; scores are about 5 to 50


def recency(age: timedelta) -> float:
    """What is added to the score of an article of this age; the formula of Elasticsearch's distance_feature."""
    return WEIGHT * (PIVOT / (PIVOT + abs(age)))
