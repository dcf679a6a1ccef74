"""Numbers in, numbers out: atoms with households and a planar graph become lawful, connected grids."""
