"""Loading the past of one source."""
