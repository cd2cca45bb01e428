"""The library: catalogue -> passages -> index -> answer. No Rasa, no HTTP, no channel in it."""
