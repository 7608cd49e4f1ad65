"""What is kept: the archive of raw pages (WARC) and the ledger that accounts for every URL."""
