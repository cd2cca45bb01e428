"""Databases and the vault: what the gateway and the actions keep things with. It knows none of them."""
