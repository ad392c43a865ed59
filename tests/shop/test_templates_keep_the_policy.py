"""The content security policy forbids inline code, a missing icon would be an invisible button, and a template
is there to be read."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent.parent
TEMPLATES = sorted((ROOT / "templates").rglob("*.html"))
INLINE = re.compile(r"""\sstyle=["']|\son[a-z]+=["']|<style|<script(?![^>]*\ssrc=)|javascript:""")
ICON = re.compile(r"""{% icon "([\w-]+)\"""")
LONGEST_LINE = 160
FORM = re.compile(r"<form\b(?:\{\{.*?\}\}|\{%.*?%\}|[^>])*?>", re.DOTALL)
NUMBER = re.compile(r"""type=["']number""")
SYMBOL = re.compile(r'\bid="([\w-]+)"')


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda path: str(path.relative_to(ROOT)))
def test_a_template_has_no_inline_code_and_no_unknown_icon(template: Path) -> None:
    text = template.read_text(encoding="utf-8")
    drawn = set(SYMBOL.findall((ROOT / "static/vendor/icons.svg").read_text(encoding="utf-8")))
    assert not INLINE.findall(text)
    assert set(ICON.findall(text)) <= drawn


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda path: str(path.relative_to(ROOT)))
def test_a_template_has_no_line_too_long_to_be_read(template: Path) -> None:
    lines = enumerate(template.read_text(encoding="utf-8").splitlines(), start=1)
    assert [number for number, line in lines if len(line) > LONGEST_LINE] == []


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda path: str(path.relative_to(ROOT)))
def test_what_is_wrong_with_a_form_is_said_by_the_page_and_not_by_the_browser(template: Path) -> None:
    """A browser would stop the form with a bubble of its own, and send nothing for a number that is none."""
    text = template.read_text(encoding="utf-8")
    assert [form for form in FORM.findall(text) if "novalidate" not in form] == []
    assert not NUMBER.findall(re.sub(r"{#.*?#}", "", text))
