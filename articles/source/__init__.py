"""What is learned across the articles of a source, and each article judged by it."""
