"""Union, difference and intersection of domains."""
