"""Downloader middlewares, one concern each; crawlers/settings.py puts them in order."""
