"""The help: every page has a topic, and every text is there in both languages, true to the words on the pages."""

import re
from html.parser import HTMLParser
from pathlib import Path

import pytest
from django.test import Client
from django.urls import resolve, reverse
from django.utils.translation import gettext, override

from shop.help.topics import TOPICS, Topic
from tests.console import browser, page_with
from tests.security.test_permissions import MATRIX, World, world  # noqa: F401 - a fixture

pytestmark = pytest.mark.django_db
PROJECT = Path(__file__).resolve().parents[2]
LANGUAGES = ("zh-hans", "en")
TEXTS = [(language, topic) for language in LANGUAGES for topic in TOPICS]
EACH_TEXT = pytest.mark.parametrize(
    ("language", "topic"), TEXTS, ids=[f"{language}-{topic.slug}" for language, topic in TEXTS]
)
EACH_TOPIC = pytest.mark.parametrize("topic", TOPICS, ids=[topic.slug for topic in TOPICS])
NAMES_OF_THINGS = {"SKU", "Esc", "Excel", "WPS", "AppID", "PID", "RSA", "xls", "xlsx", "csv", "API", "PDF"}
"""Latin words that stand in a Chinese text as they are."""
LABEL = re.compile(r'\bnamed\("([^"]+)"\)')
LINK = re.compile(r'href="([^"]*)"')
HEADING = re.compile(r"<h1>(.*?)</h1>", re.DOTALL)
BLOCK = re.compile(r"</?(h2|p|ul|ol|li)>")
CHINESE = re.compile(r"[\u4e00-\u9fff]")


def read_source(topic: Topic, language: str) -> str:
    return (PROJECT / "templates/help" / language / f"{topic.slug}.html").read_text()


class _Text(HTMLParser):
    """The article of a page: its words, its headings, and where its links lead."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.words, self.links, self.headings = "", [], 0
        self._is_inside = False
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._is_inside = self._is_inside or tag == "article"
        if self._is_inside:
            self.headings += tag == "h2"
            self.links += [value or "" for name, value in attrs if name == "href"]

    def handle_endtag(self, tag: str) -> None:
        self._is_inside = self._is_inside and tag != "article"

    def handle_data(self, data: str) -> None:
        self.words += data if self._is_inside else ""


@pytest.fixture
def reader() -> Client:
    return browser("store_clerk")


def read(reader: Client, topic: Topic, language: str) -> _Text:
    address = reverse("help:topic", args=[topic.slug])
    return _Text(page_with(200, reader.get(address, headers={"accept-language": language})))


def list_console_pages(world: World) -> dict[str, str]:  # noqa: F811
    """Name → page, of every address of the console that shows one with the frame, but for the help itself."""
    names = [name for name, method in MATRIX if method == "GET" and not name.startswith("help:")]
    paths = {name: path for name in names if (path := world.path(name)).startswith("/console/")}
    pages = {name: world.ask("owner", "GET", name).content.decode(errors="replace") for name in paths}
    return {name: page for name, page in pages.items() if 'class="page-head"' in page}


def test_every_page_leads_to_its_help(world: World):  # noqa: F811
    """What is asked on top of a page shows that page, by its heading; all others are named by a topic."""
    pages = list_console_pages(world)
    named = {page for topic in TOPICS for page in topic.pages}
    assert named - set(pages) == set()
    headings = {HEADING.findall(pages[name])[0] for name in named}
    assert {name for name in pages if HEADING.findall(pages[name])[0] not in headings} == set()
    assert {name for name, page in pages.items() if 'class="page-help"' not in page} == set()


def test_a_dialog_leads_to_the_help_of_its_page(world: World):  # noqa: F811
    content = world.ask("owner", "GET", "orders:note").content.decode()
    assert f'href="{reverse("help:topic", args=["order"])}"' in content


def test_the_help_has_no_help():
    assert 'class="page-help"' not in page_with(200, browser().get(reverse("help:index")))


def test_the_contents_name_every_topic(reader: Client):
    page = page_with(200, reader.get(reverse("help:index")))
    assert [topic.slug for topic in TOPICS if reverse("help:topic", args=[topic.slug]) not in page] == []


def test_an_unknown_topic_is_not_there(reader: Client):
    assert reader.get(reverse("help:topic", args=["none"])).status_code == 404


@EACH_TEXT
def test_a_text_is_in_its_language_alone(reader: Client, topic: Topic, language: str):
    words = read(reader, topic, language).words
    if language == "en":
        assert 120 <= len(words.split()) <= 350
        assert CHINESE.findall(words) == []
    else:
        assert 200 <= len(CHINESE.findall(words)) <= 700
        assert set(re.findall(r"[A-Za-z]{2,}", words)) <= NAMES_OF_THINGS


@EACH_TOPIC
def test_no_chinese_sentence_is_broken(topic: Topic):
    """A line break inside of one is seen as a gap."""
    lines = read_source(topic, "zh-hans").split("\n")
    assert [line for line in lines if line and not BLOCK.match(line.strip())] == []


@EACH_TEXT
def test_a_text_links_by_names_to_what_is_there(reader: Client, topic: Topic, language: str):
    assert all(link.startswith("{{ url(") for link in LINK.findall(read_source(topic, language)))
    for link in read(reader, topic, language).links:
        assert resolve(link).namespace == "help" and reader.get(link).status_code == 200


@EACH_TOPIC
def test_both_languages_answer_the_same_questions(reader: Client, topic: Topic):
    chinese, english = (read(reader, topic, language) for language in LANGUAGES)
    assert chinese.headings == english.headings >= 3
    assert chinese.links == english.links


def test_buttons_are_named_as_on_the_pages():
    """What a text calls a button, field or heading is a sentence of a page, in both languages."""
    rooms = [*(PROJECT / "templates").rglob("*.html"), *_list_code()]
    shown = " ".join(
        re.sub(r"\s+", " ", path.read_text()) for path in rooms if "templates/help" not in str(path)
    )
    texts = [read_source(topic, language) for language, topic in TEXTS]
    named = {words for text in texts for words in LABEL.findall(text)}
    with override("zh-hans"):
        assert {words for words in named if not CHINESE.search(gettext(words))} == set()
    assert {words for words in named if f'"{words}"' not in shown} == set()


def _list_code() -> list[Path]:
    return [
        path
        for room in ("shop", "orders", "pickup", "aftersales", "notifications")
        for path in (PROJECT / room).rglob("*.py")
    ]
