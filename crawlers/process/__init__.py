"""The crawl process: started by the process of a run, which tells it a plan, and ended with it."""
