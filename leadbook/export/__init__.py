"""Hand-outs: calendars, tables and digests as bytes or text; frames in, nothing read or written here (DESIGN §3)."""
