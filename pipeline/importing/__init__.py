"""Pages that others crawled: WARC files are read into archive, ledger and index."""
