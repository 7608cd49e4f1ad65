"""Telling people what is wrong: once for each trouble, and when it is over."""
