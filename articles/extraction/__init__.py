"""Extract the article from a page: where its text is, what is cut, and why."""
