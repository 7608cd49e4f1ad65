"""What a person touches: the command line and the sample newsroom."""

__version__ = "0.1.0"
