"""The stages put together as plain functions: crawl, load, judge, explain. Knows no Prefect."""
