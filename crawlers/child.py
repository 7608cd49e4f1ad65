"""The crawl process: `python -m crawlers.child`.

It reads one CrawlPlan line on stdin, writes CrawlReport lines on stdout and logs on stderr. It ends at once
when stdin closes (its parent is gone), gracefully on SIGTERM. Exit code 0: its last report says finished or stopped.
"""

if __name__ == "__main__":  # the parser's process imports this module too, and has no use for Scrapy
    from crawlers.process.crawl_process import main

    main()
