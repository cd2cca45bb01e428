"""Reading other people's catalogues: every format into our records, every doubt kept beside its fact."""
