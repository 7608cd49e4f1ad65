"""Teaching a site: the folder of rules, a correction turned into a rule, its effect shown before it counts, and what became of rules."""
