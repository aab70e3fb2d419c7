"""Reads a reply: which actions it holds, in text order, and what it nearly said.

Decisions:
- Tags are data inside the body of another action, whatever they say.
- The body of an action ends at the closing tag that balances it, so a body may hold a complete example of the
  same tag. A body that is never closed was cut: it is refused, and nothing after it is carried out, because
  nobody can tell what of it was content.
- Code fences and backticks do not protect a tag: models wrap real actions in them. Only a tag that opens or
  closes a body and stands alone between single backticks is talk about it.
- Blanks, quotes, the order of attributes, upper case and a missing slash do not matter. What is not
  understood but was plainly meant as an action comes back as ``Malformed``. Other tags (HTML, ``a < b``) are
  text.
- The work grows linearly with the reply: tags are read once, pairs are found with one stack per action.
"""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass, field

from engine.team.actions import Action, Malformed, Scan
from engine.team.complaints import closes_nothing, complaint, empty, ends_twice, unclosed
from engine.team.tags import Tag, tags

_SNIPPET = 80
"""Characters of a near-miss quoted back: enough to recognise it."""


def scan(text: str) -> Scan:
    """Find the actions of a reply. Never raises, whatever the text."""
    found = list(tags(text))
    walk = _Walk(text, found, _Pairs.of(found))
    walk.run()
    return Scan(tuple(walk.items), _speech(text, walk.spans))


@dataclass(slots=True)
class _Pairs:
    """Which closing tag (by index) ends which opening tag, and which closing tags are left over."""

    closer: dict[int, int] = field(default_factory=dict)
    strays: dict[str, list[int]] = field(default_factory=dict)

    @classmethod
    def of(cls, found: list[Tag]) -> _Pairs:
        pairs = cls()
        opened: dict[str, list[int]] = {}
        for i, tag in enumerate(found):
            if not tag.spec.has_body:
                continue
            if not tag.exact:
                if tag.closing:
                    pairs.strays.setdefault(tag.name, []).append(i)
            elif not tag.closing:
                if not tag.selfclosing and tag.fault not in ("open", "quote"):
                    opened.setdefault(tag.spec.name, []).append(i)
            elif stack := opened.get(tag.spec.name):
                pairs.closer[stack.pop()] = i
            else:
                pairs.strays.setdefault(tag.spec.name, []).append(i)
        return pairs

    def stray_after(self, i: int, *names: str) -> int | None:
        """The first left-over closing tag of these names after tag ``i``."""
        after = (
            s[k] for name in names if (s := self.strays.get(name)) and (k := bisect_right(s, i)) < len(s)
        )
        return min(after, default=None)


@dataclass(slots=True)
class _Walk:
    """One pass over the tags that are not inside a body."""

    text: str
    found: list[Tag]
    pairs: _Pairs
    items: list[Action | Malformed] = field(default_factory=list)
    spans: list[tuple[int, int]] = field(default_factory=list)

    def run(self) -> None:
        i = 0
        while i < len(self.found):
            tag = self.found[i]
            if tag.closing:
                self._closing(tag)
                i += 1
            elif tag.spec.has_body:
                i = self._with_body(i, tag)
            else:
                self._add(tag, tag.end, complaint(tag))
                i += 1

    def _with_body(self, i: int, tag: Tag) -> int:
        """Take the tag and its body; returns the index of the next tag to look at."""
        wrong = complaint(tag)
        closer = self.pairs.closer.get(i)
        if closer is None and (not tag.exact or tag.selfclosing or tag.fault):
            closer = self.pairs.stray_after(i, tag.spec.name, tag.name)
        if closer is not None:
            end = self.found[closer]
            body = self.text[tag.end : end.start]
            self._add(tag, end.end, wrong or empty(tag.spec, body), body)
            return closer + 1
        if tag.selfclosing:
            self._add(tag, tag.end, wrong)
            return i + 1
        if self._is_talk(tag):
            return i + 1
        self._add(tag, len(self.text), unclosed(tag, wrong))
        return len(self.found)

    def _is_talk(self, tag: Tag) -> bool:
        """A bare tag within a line that lacks all it needs and is never closed: "I use <edit_file> to …"."""
        if tag.attributes or tag.fault or not tag.spec.required:
            return False
        at = tag.start - 1
        while at >= 0 and self.text[at] in " \t":
            at -= 1
        return at >= 0 and self.text[at] not in "\r\n"

    def _closing(self, tag: Tag) -> None:
        """A closing tag that ends nothing: a leftover, or a sign that a body ended too early."""
        if not tag.spec.has_body:
            self.spans.append((tag.start, tag.end))
            return
        if not tag.exact:
            return
        last = self.items[-1] if self.items else None
        if not isinstance(last, Action) or last.name != tag.spec.name:
            self._refuse(tag, tag.start, tag.end, closes_nothing(tag.spec))
        elif self.text[self.spans[-1][1] : tag.start].strip():
            self.items.pop()
            self._refuse(tag, last.start, tag.end, ends_twice(last))
        else:
            self.spans.append((tag.start, tag.end))

    def _refuse(self, tag: Tag, start: int, end: int, sentence: str) -> None:
        self.spans.append((start, end))
        self.items.append(Malformed(tag.spec.name, sentence, _snippet(self.text, start, end), start, end))

    def _add(self, tag: Tag, end: int, wrong: str, body: str | None = None) -> None:
        if wrong:
            self._refuse(tag, tag.start, end, wrong)
            return
        self.spans.append((tag.start, end))
        args = {name: value for name, value in tag.attributes if value is not None}
        if body is not None:
            body = body.strip() if tag.spec.body == "text" else _without_first_newline(body)
        self.items.append(Action(tag.spec.name, args, body, tag.start, end))


def _without_first_newline(body: str) -> str:
    return body.removeprefix("\r\n") if body.startswith("\r") else body.removeprefix("\n")


def _snippet(text: str, start: int, end: int) -> str:
    piece = text[start : min(end, start + _SNIPPET)]
    return " ".join(piece.split()) + ("…" if end > start + _SNIPPET else "")


def _speech(text: str, spans: list[tuple[int, int]]) -> str:
    """The text outside the spans, trimmed, without fences around nothing, one blank line in a row at most."""
    pieces: list[str] = []
    at = 0
    for start, end in spans:
        pieces.append(text[at:start])  # nothing, if an edit that ended twice spans the ones before
        at = end
    pieces.append(text[at:])
    lines: list[str] = []
    fence = -1  # where the open code fence began, as an index of ``lines``
    for line in "".join(pieces).splitlines():
        if line.lstrip().startswith("```"):
            if fence < 0:
                fence = len(lines)
            elif any(lines[fence + 1 :]):
                fence = -1
            else:
                del lines[fence:]
                fence = -1
                continue
        if line.strip() or (lines and lines[-1]):
            lines.append(line.rstrip())
    return "\n".join(lines).strip()
