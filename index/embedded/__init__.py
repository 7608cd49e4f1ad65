"""The embedded index: tantivy, in this process, with no server."""
