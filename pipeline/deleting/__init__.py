"""What must not be kept is deleted: chosen, put under a tombstone, and taken out of index, ledger and archive."""
