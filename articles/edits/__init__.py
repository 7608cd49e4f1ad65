"""The versions of an article: what of a change is an edit, in which order versions came, and how two differ."""
