"""The spiders: each is a way into a news site."""
