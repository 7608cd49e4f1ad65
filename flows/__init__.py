"""Configuration, and the stages put together as plain functions."""
