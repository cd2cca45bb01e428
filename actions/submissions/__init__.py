"""Submissions: e-forms, their answers, attachments, the draft in the province's system, the filled-in paper form."""
