"""Quality, speed and scale of gridder: one command each."""
