"""Scrapy's settings for this project. `broadsheet run` sets the values of broadsheet.toml over them (crawlers/process/).

Politeness goes by Scrapy's own names: DOWNLOAD_DELAY is the pause between two requests to a host, CONCURRENT_REQUESTS_PER_DOMAIN
the most at once to a host, CONCURRENT_REQUESTS the most in all. Times in seconds, sizes in bytes.
"""

from scrapy.settings import default_settings

BOT_NAME = "broadsheet"
SPIDER_MODULES = ["crawlers.spiders"]
NEWSPIDER_MODULE = "crawlers.spiders"
SPIDER_CONTRACTS = {"crawlers.contracts.ListContract": 10}

# Who asks, and for what.
USER_AGENT = "Broadsheet/0.1 (+https://example.org/contact)"
DEFAULT_REQUEST_HEADERS = {
    "Accept": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8",
    "Accept-Language": "*",
}

# How politely.
DOWNLOAD_DELAY = 1.0
DOWNLOAD_DELAY_JITTER = 0
CONCURRENT_REQUESTS = 32
CONCURRENT_REQUESTS_PER_DOMAIN = 1
READ_TDMREP = False  # whether a site's tdmrep.json is asked for, which says what is reserved from mining
MAX_CRAWL_DELAY = 60.0  # the longest Crawl-delay of a robots.txt that is obeyed in full
MAX_RETRY_AFTER = 120.0  # the longest Retry-After that a crawl waits for
RETRY_TIMES = 2
ROBOTS_AFRESH = (
    False  # whether robots.txt files that earlier crawls of the data folder kept are asked for again
)

# When an article is looked at again, from its first sight on. In a data folder (STORE_FOLDER) alone.
REVISITS = [3_600, 21_600, 86_400, 604_800]

# How far. Networks (CIDR) of ALLOW_ADDRESSES may be reached although they are private.
DOWNLOAD_TIMEOUT = 30.0
DOWNLOAD_MAXSIZE = 10_000_000
DOWNLOAD_WARNSIZE = 0
MAX_FEED_BYTES = 5_000_000
MAX_SITEMAP_BYTES = 50 * 1024 * 1024  # the protocol's own limit
BACKLOG = 0.0  # the age from which new pages of a list are not fetched; 0: all are
REDIRECT_MAX_TIMES = 5
ALLOW_ADDRESSES: list[str] = []
DOWNLOAD_VERIFY_CERTIFICATES = True
TWISTED_DNS_RESOLVER = "crawlers.fetching.addresses.GuardedResolver"
REACTOR_THREADPOOL_MAXSIZE = 20

# How Scrapy works here: a lane a host, and each concern in a middleware of its own.
SCHEDULER = "crawlers.scheduler.LaneScheduler"
DOWNLOADER = "crawlers.downloader.LaneDownloader"
DOWNLOAD_HANDLERS = {
    "http": "crawlers.fetching.handler.CappedHandler",
    "https": "crawlers.fetching.handler.CappedHandler",
    "data": None,
    "file": None,
    "ftp": None,
    "s3": None,
}
DOWNLOADER_MIDDLEWARES = {
    "crawlers.middlewares.address_guard.AddressGuardMiddleware": 50,
    "crawlers.middlewares.deleted_pages.DeletedPagesMiddleware": 75,
    "crawlers.middlewares.leasing.LeasingMiddleware": 90,
    "crawlers.middlewares.robots_txt.RobotsTxtMiddleware": 100,
    "crawlers.middlewares.retry.PoliteRetryMiddleware": 550,
    "crawlers.middlewares.rendering.RenderingMiddleware": 570,
    "crawlers.middlewares.redirect.RefreshMiddleware": 580,
    "crawlers.middlewares.decoding.DecodingMiddleware": 590,
    "crawlers.middlewares.redirect.WaryRedirectMiddleware": 600,
    "crawlers.middlewares.chain_cookies.ChainCookiesMiddleware": 700,
    "crawlers.middlewares.credentials.CredentialsMiddleware": 750,
    "crawlers.middlewares.politeness.PolitenessMiddleware": 990,
    # Replaced by those above.
    "scrapy.downloadermiddlewares.offsite.OffsiteMiddleware": None,
    "scrapy.downloadermiddlewares.robotstxt.RobotsTxtMiddleware": None,
    "scrapy.downloadermiddlewares.retry.RetryMiddleware": None,
    "scrapy.downloadermiddlewares.redirect.MetaRefreshMiddleware": None,
    "scrapy.downloadermiddlewares.redirect.RedirectMiddleware": None,
    "scrapy.downloadermiddlewares.httpcompression.HttpCompressionMiddleware": None,
    "scrapy.downloadermiddlewares.cookies.CookiesMiddleware": None,
}
HTTPPROXY_ENABLED = False  # a proxy of the environment would reach what the address guard refuses
SPIDER_MIDDLEWARES = {
    # A page of any status is kept, and none is passed over in silence.
    "scrapy.spidermiddlewares.httperror.HttpErrorMiddleware": None,
    "scrapy.spidermiddlewares.urllength.UrlLengthMiddleware": None,
    "scrapy.spidermiddlewares.referer.RefererMiddleware": None,
}
EXTENSIONS = {"crawlers.progress.Progress": 0, "crawlers.failing.EndOnFailure": 0}
# Neither of the two that listen; with None in EXTENSIONS they would still be imported, which takes .15 s.
EXTENSIONS_BASE = {
    name: place
    for name, place in default_settings.EXTENSIONS_BASE.items()
    if not name.endswith((".RemoteControl", ".TelnetConsole"))
}
SOURCE = "scrapy"  # the source of what a spider finds without naming one
WAY_IN = ""  # what the ledger calls a user's spider: it is listed among the feeds of its source
RENDER = False  # whether a browser runs the scripts of pages
RENDER_TIMEOUT = 60.0  # for one page with everything that it asks for
SOURCE_HEADERS: dict[str, str] = {}  # environment variables, by the header that each has the value of
SOURCE_SITES: list[str] = []  # URLs of the site that they are sent to
ITEM_PIPELINES = {"crawlers.pipelines.StorePipeline": 900}
# Scrapy starts as many tasks for each response; its own 100 cost two milliseconds a page.
CONCURRENT_ITEMS = 4
SCRAPER_SLOT_MAX_ACTIVE_SIZE = 64_000_000  # of pages that wait to be stored, before fetching pauses

# What `-O pages.jsonl` writes of a page (not its body, which is no text), and of what could not be fetched.
FEED_EXPORT_FIELDS = ["url", "final_url", "status", "fetched_at", "redirects", "reason", "detail", "entry"]
LOG_LEVEL = "INFO"
