"""`python cli.py …` from a checkout is the same as `gridder …` once installed."""

from gridder.cli import app

if __name__ == "__main__":
    app()
