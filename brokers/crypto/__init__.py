"""Crypto venues over ccxt and ccxt.pro: one broker, and a file per venue for what it does its own way."""
