"""Learn from all articles of a source, and judge each article by that."""
