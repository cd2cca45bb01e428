"""Dossiers: where they live (embedded register, LGSP, REST), who may see one, what is told of it."""
