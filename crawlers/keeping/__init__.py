"""What spiders find and fetch on its way to the store, accounted for."""
