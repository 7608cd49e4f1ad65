"""What a hostile or broken server may send: each answer ends as one miss with its reason, or as a page."""

import gzip
import socket
import ssl
import subprocess
import sys
import time
import zlib
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

import brotli
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from crawlers.fetching.codings import zstd
from store.records import UrlState
from tests.loopback import ROOT, Crawled, Reply, crawl, never, redirect, serve

LIMIT = 1_000_000
PLAIN = b"<p>" + b"Long enough to be worth compressing. " * 200


def raw(head: str, *parts: bytes) -> Reply:
    def write(connection: socket.socket) -> None:
        for part in (head.replace("\n", "\r\n").encode() + b"\r\n\r\n", *parts):
            connection.sendall(part)

    return Reply(write=write)


def endless(head: str, part: bytes, pause: float = 0.0) -> Reply:
    def write(connection: socket.socket) -> None:
        connection.sendall(head.replace("\n", "\r\n").encode() + b"\r\n")
        while True:
            connection.sendall(part)
            time.sleep(pause)

    return Reply(write=write)


def encoded(body: bytes, encoding: str) -> Reply:
    return Reply(body, headers=(("Content-Type", "text/html"), ("Content-Encoding", encoding)))


OK = "HTTP/1.1 200 OK"
BAD = {
    "/bomb": (encoded(gzip.compress(bytes(200_000_000), 1), "gzip"), "too_large"),
    "/bomb-in-bomb": (encoded(gzip.compress(gzip.compress(bytes(50_000_000))), "gzip, gzip"), "too_large"),
    "/large": (Reply(bytes(LIMIT + 1)), "too_large"),
    "/claims-large": (raw(f"{OK}\nContent-Length: 999999999999"), "too_large"),
    "/endless": (endless(OK + "\n", bytes(10_000)), "too_large"),
    "/head-flood": (endless(OK, b"X-A: b\r\n" * 1000), "too_large"),
    "/long-header": (endless(OK, b"a" * 10_000), "connection"),
    "/short": (raw(f"{OK}\nContent-Length: 100", b"only this"), "cut"),
    "/short-chunk": (raw(f"{OK}\nTransfer-Encoding: chunked", b"5\r\nab"), "cut"),
    "/no-last-chunk": (raw(f"{OK}\nTransfer-Encoding: chunked", b"2\r\nab\r\n"), "cut"),
    "/short-gzip": (encoded(gzip.compress(PLAIN)[:-20], "gzip"), "cut"),
    "/damaged-gzip": (encoded(gzip.compress(PLAIN)[:-8] + bytes(8), "gzip"), "encoding"),
    "/brotli": (encoded(PLAIN, "br"), "encoding"),
    "/compress": (encoded(PLAIN, "compress"), "encoding"),
    "/short-br": (encoded(brotli.compress(PLAIN)[:-1], "br"), "cut"),
    "/bomb-br": (encoded(brotli.compress(bytes(200_000_000), quality=1), "br"), "too_large"),
    "/bomb-zstd": (encoded(zstd.compress(bytes(200_000_000)), "zstd"), "too_large"),
    "/hangs-up": (raw(""), "connection"),
    "/nonsense": (raw("SSH-2.0-server"), "connection"),
    "/circle": (redirect("/circle2"), "redirect"),
    "/chain1": (redirect("/chain2"), "redirect"),
    "/ftp": (redirect("ftp://127.0.0.1/a"), "redirect"),
    "/script": (redirect("javascript:alert(1)"), "redirect"),
    "/nowhere": (redirect("http://["), "redirect"),
}
SLOW = {
    "/never": Reply(write=never),
    "/drip": endless(OK + "\n", b".", 0.05),
    "/head-drip": endless(OK, b"X-A: b\r\n", 0.05),
}
GOOD = {
    "/gzip": encoded(gzip.compress(PLAIN), "gzip"),
    "/members": encoded(gzip.compress(PLAIN[:100]) + gzip.compress(PLAIN[100:]) + b"trailing", "x-gzip"),
    "/zlib": encoded(zlib.compress(PLAIN), "deflate"),
    "/bare-deflate": encoded(zlib.compress(PLAIN, wbits=-15), "deflate"),
    "/until-close": raw(f"{OK}\nContent-Type: text/html", PLAIN),
    "/identity": encoded(PLAIN, "identity"),
    "/no-coding": encoded(PLAIN, "UTF-8"),
    "/br": encoded(brotli.compress(PLAIN), "br"),
    "/zstd": encoded(zstd.compress(PLAIN), "zstd"),
    "/gzip-without-trailer": encoded(gzip.compress(PLAIN)[:-8], "gzip"),
    "/gzip-of-wrong-length": encoded(gzip.compress(PLAIN)[:-4] + b"abcd", "gzip"),
}
HOPS = {"/circle2": redirect("/circle")} | {f"/chain{n}": redirect(f"/chain{n + 1}") for n in range(2, 9)}


@pytest.fixture(scope="module")
def crawled(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Crawled, dict[str, str]]]:
    """One crawl of them all, each on a host of its own; and the URL of each path."""
    folder = tmp_path_factory.mktemp("limits")
    answers = {path: reply for path, (reply, _) in BAD.items()} | GOOD
    with ExitStack() as stack:
        where = {}
        for number, (path, reply) in enumerate(answers.items(), 1):
            site = stack.enter_context(serve(f"127.0.3.{number}", {path: reply, **HOPS}))
            where[path] = site.url + path
        yield crawl(folder, pages=list(where.values()), max_bytes=LIMIT, max_attempts=1), where


def test_no_answer_hurts_the_others(crawled: tuple[Crawled, dict[str, str]]) -> None:
    result, _ = crawled
    assert result.report.finish == "finished"
    assert result.report.fetched == len(GOOD)
    assert sum(result.report.misses.values()) == len(BAD)
    assert result.log == ""


@pytest.mark.parametrize("path", BAD)
def test_no_page_comes_of_it(crawled: tuple[Crawled, dict[str, str]], path: str) -> None:
    result, where = crawled
    (miss,) = result.misses(where[path])
    assert miss.reason == BAD[path][1], miss.detail
    assert result.pages(where[path]) == []
    lasting = {"too_large", "encoding", "redirect"}
    assert result.state(where[path]) is (UrlState.FAILED if miss.reason in lasting else UrlState.DUE)


@pytest.mark.parametrize("path", GOOD)
def test_a_page_comes_of_it(crawled: tuple[Crawled, dict[str, str]], path: str) -> None:
    result, where = crawled
    (page,) = result.pages(where[path])
    assert page.body == PLAIN


def test_what_takes_too_long_is_given_up(tmp_path: Path) -> None:
    """However busily it comes. The time is long enough for the one robots.txt that is sent."""
    with (
        serve("127.0.3.1", {**SLOW, "/feed": Reply(write=never)}) as site,
        serve("127.0.3.2", {"/robots.txt": Reply(write=never)}) as mute,
    ):
        pages = [*(site.url + path for path in SLOW), mute.url + "/a"]
        result = crawl(tmp_path, [site.url + "/feed"], pages, timeout=3.0, max_attempts=1, concurrency=4)
    assert result.report.finish == "finished"
    assert result.report.feed_errors == {"timeout": 1}
    assert result.report.misses == {"timeout": 3, "robots_unreachable": 1}
    for page in pages:
        (miss,) = result.misses(page)
        assert miss.state is UrlState.DUE
        assert "longer than 3.0 seconds" in miss.detail
    assert mute.paths() == ["/robots.txt"]


def test_memory_stays_bounded(tmp_path: Path) -> None:
    """The bombs above decode to 250 MB, the floods have no end."""
    with serve("127.0.0.1", {"/bomb": BAD["/bomb"][0], "/flood": BAD["/head-flood"][0]}) as site:
        code = "import resource, sys; from tests.loopback import crawl; from pathlib import Path;"
        code += "crawl(Path(sys.argv[1]), pages=sys.argv[2:], max_attempts=1);"
        code += "print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)"
        command = [sys.executable, "-c", code, str(tmp_path), site.url + "/bomb", site.url + "/flood"]
        peak = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True).stdout
    assert int(peak) < 200_000  # kB


def test_redirects_within_the_limit_are_followed(tmp_path: Path) -> None:
    with serve(
        "127.0.0.1", {"/0": redirect("1", 302), "/1": redirect("/2#x", 307), "/2": Reply(b"there")}
    ) as site:
        result = crawl(tmp_path, pages=[site.url + "/0"], max_redirects=2)
    (page,) = result.pages(site.url + "/0")
    assert page.redirects == (site.url + "/0", site.url + "/1")
    assert (page.final_url, page.body) == (site.url + "/2", b"there")


def test_a_certificate_that_nobody_vouches_for_is_refused(tmp_path: Path) -> None:
    key, certificate = tmp_path / "key.pem", tmp_path / "certificate.pem"
    write_certificate(key, certificate)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    with serve("127.0.0.1", {"/a": Reply(b"secret")}, context) as site:
        result = crawl(tmp_path / "data", pages=[site.url + "/a"])
    (miss,) = result.misses(site.url + "/a")
    assert (miss.reason, miss.state) == ("tls", UrlState.DUE)
    assert "certificate verify failed" in miss.detail
    assert site.hits == []


def write_certificate(key: Path, certificate: Path) -> None:
    """A key and a certificate for 127.0.0.1, signed by itself."""
    secret = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
    now = datetime.now(UTC)
    built = (
        x509.CertificateBuilder(name, name, secret.public_key(), x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=False)
        .sign(secret, hashes.SHA256())
    )
    pem = serialization.Encoding.PEM
    plain = serialization.NoEncryption()
    key.write_bytes(secret.private_bytes(pem, serialization.PrivateFormat.PKCS8, plain))
    certificate.write_bytes(built.public_bytes(pem))
