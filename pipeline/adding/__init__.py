"""What `broadsheet add` does: a site's ways in are tried, and those worth keeping proposed."""
