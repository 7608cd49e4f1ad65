"""Discovery and fetching with Scrapy, into the store. Nothing is cleaned here."""
