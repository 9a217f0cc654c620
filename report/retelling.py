"""Finished sentences in another language: those that arrive with their values in them, by their form."""

import re
from collections.abc import Mapping
from functools import cached_property

_PLACE = re.compile(r"\\\{(\w+)\\\}")
_ANYTHING = ".+?"


class Retelling:
    """sentences: English forms and theirs, {places} by name in both. words: what is said as it is, whole or
    as a value. shapes: patterns of places that don't hold just anything."""

    def __init__(
        self,
        sentences: Mapping[str, str],
        words: Mapping[str, str] | None = None,
        shapes: Mapping[str, str] | None = None,
    ) -> None:
        self._sentences, self._words, self._shapes = sentences, words or {}, shapes or {}

    def __call__(self, sentence: str) -> str:
        """As far as its form, and those of its values, are known; else as it is."""
        if sentence in self._words:
            return self._words[sentence]
        for form, other in self._forms:
            found = form.fullmatch(sentence)
            if found:
                return other.format(**{name: self(value) for name, value in found.groupdict().items()})
        return sentence

    @cached_property
    def _forms(self) -> list[tuple["re.Pattern[str]", str]]:
        """First those that say most by themselves."""
        ordered = sorted(self._sentences.items(), key=lambda pair: -len(re.sub(r"\{\w+\}", "", pair[0])))
        return [(self._pattern(english), other) for english, other in ordered]

    def _pattern(self, english: str) -> "re.Pattern[str]":
        def group(place: "re.Match[str]") -> str:
            return f"(?P<{place[1]}>{self._shapes.get(place[1], _ANYTHING)})"

        return re.compile(_PLACE.sub(group, re.escape(english)), re.DOTALL)
