"""The TypeScript types of the mini-program are those of the API as it is."""

from scripts.make_types import TARGET, describe_api, fingerprint


def test_the_types_were_made_from_this_description() -> None:
    first_line = TARGET.read_text(encoding="utf-8").splitlines()[0]
    assert fingerprint(describe_api()) in first_line, "run scripts/make_types.py (it needs Node)"
