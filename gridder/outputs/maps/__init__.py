"""Review pages: one file each, no network."""
