"""Personal data: what is sealed, who agreed to what, what is shown to its owner, erased and forgotten."""
