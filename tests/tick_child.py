"""python -m tests.tick_child ...: tests.ticks in a process of its own."""

if __name__ == "__main__":  # the reader's process imports this module too, and has no use for Scrapy
    from tests.ticks import main

    main()
