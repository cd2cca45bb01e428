"""What is needed to run motcua on a machine."""
