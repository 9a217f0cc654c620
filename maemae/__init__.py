"""The front door: command line, settings, composition, verification."""

__version__ = "0.1.0"
