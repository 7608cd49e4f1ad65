"""A new index filled from ledger and archive, slice by slice, by one process or several, and gone on with after a kill."""
