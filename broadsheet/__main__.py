"""`python -m broadsheet`."""

from broadsheet.cli import main

if __name__ == "__main__":
    main()
