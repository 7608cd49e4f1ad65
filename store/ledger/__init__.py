"""The ledger: one SQLite file that records what happened to every URL and every capture; one module per table."""
