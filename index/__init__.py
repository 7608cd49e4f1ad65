"""From article to searchable document: a reader and a writer protocol, and the backends that implement them."""
