"""What a page and an article are, and how a page is cut down to its article. Pure functions; no I/O."""
