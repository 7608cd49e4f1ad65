"""What was fetched of a way into a site, read to its entries in a process that can be killed."""
