"""Questions and changes that span several tables of the ledger."""
