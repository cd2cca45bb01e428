"""The database of the actions: one engine, one line of migrations, used by every room that keeps something."""
