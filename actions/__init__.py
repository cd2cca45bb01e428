"""Rasa actions: a few lines each, from slots to a call of the library and from its reply to the conversation."""
