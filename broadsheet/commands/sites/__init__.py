"""What a user teaches about sites, and what is known of them."""
