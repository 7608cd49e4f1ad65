"""Which list named which page, each of them for itself."""
