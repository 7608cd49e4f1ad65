"""What a user has taught about single sites: the rules, how they are found from examples, and how they are applied."""
