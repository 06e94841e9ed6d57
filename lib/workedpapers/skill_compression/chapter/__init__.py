"""The book's chapter: ``claims`` (what the paper says, measured), ``figures`` (what it shows)."""
