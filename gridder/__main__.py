"""`python -m gridder …` is the same as `gridder …`."""

from gridder.cli import app

if __name__ == "__main__":
    app()
