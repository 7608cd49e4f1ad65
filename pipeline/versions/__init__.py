"""The versions of articles: counted while captures are settled, listed, and what is kept of them proved."""
