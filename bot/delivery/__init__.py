"""What comes from the channels and what goes back: stored first, then done, each once and in order."""
