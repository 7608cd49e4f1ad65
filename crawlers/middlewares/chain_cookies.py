"""Cookies within one chain of redirects: what a gate sets is shown to the page behind it, and then forgotten.

Scrapy's own middleware is not used: it keeps its jars to the end of the crawl, and asks a public server for the list of
public suffixes when the first cookie comes (seen with 2.19).
"""

from scrapy import Request
from scrapy.http import Response
from scrapy.http.cookies import CookieJar

_JAR = "chain_cookies"


class ChainCookiesMiddleware:
    """The jar goes along in the request's meta, which a redirect hands on."""

    def process_request(self, request: Request) -> None:
        if jar := request.meta.get(_JAR):
            request.headers.pop("Cookie", None)
            jar.add_cookie_header(request)

    def process_response(self, request: Request, response: Response) -> Response:
        if 300 <= response.status < 400 and "Set-Cookie" in response.headers:
            request.meta.setdefault(_JAR, CookieJar()).extract_cookies(response, request)
        return response
