"""What is watched over time, of sources and of the collection: arrivals of articles."""
