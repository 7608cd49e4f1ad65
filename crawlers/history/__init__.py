"""The past of a source: which lists and pages belong to a span of days, and the spiders that look for them."""
