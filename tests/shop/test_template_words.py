"""How templates write money, order numbers and icons."""

from shop.jinja import group4, icon, yuan


def test_an_amount_has_two_decimals_and_groups_of_thousands() -> None:
    assert yuan(123450) == "¥1,234.50"


def test_no_amount_writes_nothing() -> None:
    assert yuan(None) == ""


def test_a_number_is_grouped_without_characters_that_would_be_copied() -> None:
    shown = group4("261122123456789012")
    assert shown.count("<span>") == 5
    assert "<span>2611</span><span>2212</span>" in shown


def test_a_number_cannot_bring_markup() -> None:
    assert "<b>" not in group4("<b>x</b>")


def test_an_icon_is_silent_unless_it_carries_a_label() -> None:
    assert 'aria-hidden="true"' in icon("truck")
    labelled = icon("truck", 'a "quoted" label')
    assert 'aria-label="a &quot;quoted&quot; label"' in labelled
    assert "aria-hidden" not in labelled
