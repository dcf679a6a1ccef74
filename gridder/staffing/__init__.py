"""What grids mean in people: posts, walks, money. Pure functions from tables to tables."""
