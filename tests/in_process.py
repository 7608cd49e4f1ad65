"""The `main` of a module of the tests in a process of its own: python -m tests.in_process MODULE WORD...

The workers that it starts import this module again: with the module itself as what -m names, they would import Scrapy.
"""

import sys
from importlib import import_module

if __name__ == "__main__":
    name = sys.argv.pop(1)
    import_module(name).main()
