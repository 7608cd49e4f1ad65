"""A collection kept a second time, elsewhere: backups of a data folder beside running runs, and data folders brought back from them."""
