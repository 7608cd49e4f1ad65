"""What of a page is its article: where its text is, what is cut from it, and why."""
