"""A notice in place of an article, told from an article about such things."""

import tomllib
from importlib.resources import files

import pytest

from articles.extraction.soft_errors import notice

NOTICES = tomllib.loads(files("articles.extraction").joinpath("notices.toml").read_text("utf-8"))
FERRY = "Ferry stays in port until Friday"


@pytest.mark.parametrize("kind", range(3))
@pytest.mark.parametrize("language", NOTICES)
def test_each_language_tells_its_own_notices(language: str, kind: int) -> None:
    for known in (language, ""):
        found = notice((NOTICES[language]["examples"][kind],), FERRY, known)
        assert found is not None
        assert found.reason == ("no_article" if kind else "consent_page")


@pytest.mark.parametrize(
    "lines",
    [
        (
            "We and our 842 partners store and/or access information on a device, such as cookies, and process personal data.",
            "You can accept or manage your choices by clicking below, including your right to object where our partners claim a legitimate interest.",
            "These choices will be signalled to our partners and will not affect browsing data.",
        ),
        (
            "Wir verwenden auf dieser Website Cookies. Einige sind notwendig, andere helfen uns, unser Angebot zu finanzieren.",
            "Mit einem Klick auf „Alle akzeptieren“ erklären Sie Ihre Einwilligung, dass wir Ihre personenbezogenen Daten verarbeiten.",
            "Sie können Ihre Einwilligung jederzeit widerrufen.",
        ),
        ("当サイトではクッキーを使用しています。", "引き続きご利用いただくと、クッキーの使用に同意したものとみなします。"),
        ("تستخدم صحيفتنا ملفات تعريف الارتباط، ويستخدم هذا الموقع ملفات الكوكيز لتحسين الخدمة.", "باستمرارك في التصفح فإنك توافق على سياسة الخصوصية."),
        ("Мы используем файлы cookie, чтобы сайт работал лучше.", "Продолжая пользоваться сайтом, вы соглашаетесь с обработкой персональных данных."),
    ],
    ids=["en", "de", "ja", "ar", "ru"],
)  # fmt: skip
def test_a_request_for_consent_is_no_article(lines: tuple[str, ...]) -> None:
    found = notice(lines, FERRY)
    assert found is not None
    assert found.reason == "consent_page"


@pytest.mark.parametrize(
    "lines",
    [
        ("You have read your last free article this month.", "Subscribe now to keep reading.", "Already a subscriber? Log in here."),
        ("Dieser Artikel ist exklusiv für unsere Abonnenten.", "Jetzt registrieren und weiterlesen.", "Monatlich kündbar."),
        ("このコンテンツは会員限定です。", "続きを読むにはログインしてください。"),
        ("JavaScript is disabled in your browser.", "Please enable JavaScript and reload the page."),
        ("このサイトを利用するにはJavaScriptを有効にしてください。",),
        ("Пожалуйста, включите JavaScript в вашем браузере.",),
    ],
)  # fmt: skip
def test_a_hint_at_a_login_or_at_scripts_is_no_article(lines: tuple[str, ...]) -> None:
    found = notice(lines, FERRY)
    assert found is not None
    assert found.reason == "no_article"


ABOUT = [
    (
        "Regulator fines ferry line over cookies",
        "The data regulator fined the ferry line on Tuesday because its website stored cookies before passengers had agreed.",
        "“We use cookies to improve our website and your experience,” the line had told its customers in a banner.",
        "The court found that consent given by scrolling on is no consent, and that partners in five countries read the data.",
    ),
    (
        "Wie man Cookies im Browser löscht",
        "Wer seinen Browser öffnet, findet die Cookies unter den Einstellungen für Datenschutz und Sicherheit.",
        "Sie können Ihre Einstellungen dort ändern und alle Cookies löschen, auch die von Partnern der Seite.",
    ),
    (
        "Суд оштрафовал перевозчика за файлы cookie",
        "Суд во вторник оштрафовал паромную компанию за то, что её сайт сохранял файлы cookie без согласия пассажиров.",
        "Компания заявила, что обжалует решение и уже изменила порядок получения согласия на обработку данных.",
    ),
    (
        "隐私条例生效，渡轮公司修改网站",
        "渡轮公司周二表示，将按照新条例修改其网站，不再在乘客同意之前保存任何Cookie。",
        "监管部门说，去年收到三百多起投诉，其中一半涉及个人信息被转交给广告商。",
    ),
    (
        "Browsers drop an old script language",
        "The makers of two browsers said on Monday that pages will need JavaScript less often from next year on.",
        "Engineers at the harbour office welcomed the news, since their old terminals are slow with scripts.",
    ),
    (
        "Newspaper tells its readers to subscribe",
        "Subscribe to keep reading: with these words the Harbour News began to close its pages last autumn.",
        "Half of its readers left within a month, the publisher said, and the council now pays for the crossing lists.",
        "The editor wants to open the pages again in spring, when the ferry line has paid for its advertisements.",
    ),
    (
        "Why this site now uses fewer cookies",
        "We use fewer cookies on this website from today, and our readers no longer have to accept any of them.",
    ),
]  # fmt: skip


@pytest.mark.parametrize("article", ABOUT, ids=lambda article: article[0])
def test_an_article_about_such_things_is_one(article: tuple[str, ...]) -> None:
    title, *lines = article
    assert notice(lines, title) is None


def test_an_article_with_a_notice_below_it_is_one() -> None:
    lines = [
        f"The ferry stayed in the harbour on day {day} because its shaft had not arrived." for day in range(5)
    ]
    assert (
        notice(
            [*lines, "We use cookies on this website, and so do our partners. You can manage your choices."],
            FERRY,
        )
        is None
    )
