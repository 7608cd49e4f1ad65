"""What is stored: the archive of raw pages (WARC) and the ledger, which records what happened to every URL."""
