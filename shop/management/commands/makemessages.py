"""`manage.py makemessages`, for templates of Jinja2: Django's own reads only its own tags."""

from collections.abc import Iterator
from pathlib import Path

from django.core.management.commands import makemessages
from django.template import engines
from django.template.backends.jinja2 import Jinja2

TEMPLATES = (".html",)


class TemplateFile(makemessages.BuildFile):
    """A template, handed to xgettext as the calls of gettext that are in it, each on its line."""

    def preprocess(self) -> None:
        if Path(self.path).suffix not in TEMPLATES:
            super().preprocess()
            return
        lines: list[str] = []
        for number, call in _list_calls(Path(self.path).read_text(encoding="utf-8")):
            lines += [""] * (number - 1 - len(lines))
            lines.append(call)
        Path(self.work_path).write_text("\n".join(lines), encoding="utf-8")

    @property
    def is_templatized(self) -> bool:
        return Path(self.path).suffix in TEMPLATES or super().is_templatized


def _list_calls(source: str) -> Iterator[tuple[int, str]]:
    """Line and call of each message, as Python."""
    engine = engines["jinja2"]
    assert isinstance(engine, Jinja2)  # noqa: S101 - for the type checker: the settings name no other
    found = engine.env.extract_translations(source)  # type: ignore[attr-defined]  # by jinja2.ext.i18n
    for number, function, message in found:
        texts = [message] if isinstance(message, str) else [text for text in message if text is not None]
        name = "gettext" if function == "_" else function
        yield number, f"{name}({', '.join(repr(text) for text in texts)}{', n' * (name == 'ngettext')})"


class Command(makemessages.Command):
    build_file_class = TemplateFile
