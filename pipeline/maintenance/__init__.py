"""What a data folder needs besides runs: upkeep, retention, and ledger, articles or index made again from the archive."""
