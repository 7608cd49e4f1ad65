"""Further pages of articles in the ledger: who names them, which captures are theirs, which are to be fetched."""
