"""Where a ledger is kept, SQLite or PostgreSQL, and all that is not the same with both."""
