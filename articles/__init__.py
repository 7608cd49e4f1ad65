"""What pages and articles are, and how an article is extracted from a page. Pure functions; no I/O."""
