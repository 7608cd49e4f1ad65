"""Articles over several pages: their further pages told apart, fetched, and joined with the first."""
