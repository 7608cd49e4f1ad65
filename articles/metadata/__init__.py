"""What a page states about its article: title, authors, dates, language, access, tags."""
