"""How each source and the collection as a whole are doing, told from what the ledger holds."""
