"""`python -m broadsheet`, for which Python puts the working folder first on its path: it is taken off before anything is imported."""

import sys

if __name__ == "__main__":
    if not sys.flags.safe_path and not __file__.startswith(f"{sys.path[0]}/broadsheet/"):
        del sys.path[0]

    from broadsheet.cli import main

    main()
