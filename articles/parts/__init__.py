"""Articles over several pages: which further pages one has, and how their articles become one."""
