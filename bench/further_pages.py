"""Which pages name further pages of their article, to be looked at: the address of each and of what it names.

    python bench/further_pages.py FOLDER...

FOLDERS are as for bench/quality.py.
"""

import argparse
from pathlib import Path

from adapters import extract
from quality import pages


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("folders", type=Path, nargs="+")
    for folder in parser.parse_args().folders:
        given = list(pages(folder))
        named = {page["url"]: extract(page["html"], page["url"]).get("further_pages") for page in given}
        print(f"{folder.name}: {sum(map(bool, named.values()))} of {len(given)} pages name further ones")
        for url, further in named.items():
            if further:
                print(f"  {url}\n    {' '.join(further)}")


if __name__ == "__main__":
    main()
