"""broadsheet.toml: what it may hold, how it is read and edited, and the schedules in it."""
