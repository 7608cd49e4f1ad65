"""When: the dates that a page or a feed states, as texts and in its markup, and which of them is the article's."""
