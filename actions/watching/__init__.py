"""Told without asking: who follows which dossier, what changed, and the messages that wait to be delivered."""
