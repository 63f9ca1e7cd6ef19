"""The forms of a page as a browser would send them, with something else in each field that one types into."""

from dataclasses import dataclass, field, replace
from html.parser import HTMLParser

TYPED = ("", "text", "search", "email", "tel", "url")


@dataclass
class Form:
    """One form: what it sends by itself, which fields a person types into, and which take a file."""

    action: str
    method: str
    fields: dict[str, str] = field(default_factory=dict)
    typed: list[str] = field(default_factory=list)
    files: list[str] = field(default_factory=list)

    @property
    def shape(self) -> tuple[str, ...]:
        """By which two forms for different things of one kind are alike."""
        return ("".join("0" if one.isdigit() else one for one in self.action), *sorted(self.fields), *self.typed)


class _Reader(HTMLParser):
    def __init__(self, path: str) -> None:
        super().__init__()
        self.found: list[Form] = []
        self.named: dict[str, Form] = {}
        self.buttons: list[tuple[Form, str, dict[str, str]]] = []
        self._path, self._select = path, ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        said = {name: value or "" for name, value in attrs}
        name = said.get("name", "")
        if tag == "form":
            self.found.append(Form(said.get("action") or self._path, said.get("method", "get").lower()))
            if said.get("id"):
                self.named[said["id"]] = self.found[-1]
        elif not self.found:
            return
        elif tag == "button" and said.get("formaction"):
            given = {name: said.get("value", "")} if name else {}
            self.buttons.append((self._form(said), said["formaction"], given))
        elif tag == "input" and name:
            self._input(name, said)
        elif tag == "textarea" and name:
            self.found[-1].typed.append(name)
        elif tag == "select" and name:
            self._select = name
        elif tag == "option" and self._select and (self._select not in self.found[-1].fields or "selected" in said):
            self.found[-1].fields[self._select] = said.get("value", "")
        elif tag == "button" and name:
            self._form(said).fields.setdefault(name, said.get("value", ""))

    def _input(self, name: str, said: dict[str, str]) -> None:
        kind, form = said.get("type", ""), self._form(said)
        if kind in TYPED:
            form.typed.append(name)
        elif kind == "file":
            form.files.append(name)
        elif kind not in ("checkbox", "radio") or "checked" in said:
            form.fields[name] = said.get("value", "")

    def _form(self, said: dict[str, str]) -> Form:
        """The form that a field or a button says it belongs to, else the one that was begun last."""
        return self.named.get(said.get("form", ""), self.found[-1])


def forms(page: str, path: str) -> list[Form]:
    """All forms of the page at `path`; one with buttons that lead elsewhere is a form for each of them, too."""
    reader = _Reader(path.partition("?")[0])
    reader.feed(page)
    return [
        *reader.found,
        *(replace(form, action=to, fields=form.fields | given) for form, to, given in reader.buttons),
    ]
