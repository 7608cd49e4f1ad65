"""The ledger: one SQLite file that accounts for every URL and every capture; one module per table."""
