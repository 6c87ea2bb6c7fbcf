"""A program that somebody imports."""

import sys

print("usage: shop COMMAND")
sys.exit(0)
