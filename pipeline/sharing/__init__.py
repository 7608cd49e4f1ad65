"""One collection shared by several workers, on as many machines."""
