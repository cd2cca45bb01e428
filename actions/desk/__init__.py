"""The officers' desk: questions handed over to people, feedback, what to review, the survey."""
