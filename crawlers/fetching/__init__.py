"""One URL fetched by the rules: robots.txt, a turn of its host, the address guard, limits, retries."""
