"""Scenarios as files: YAML, JSON or a dict, read with line numbers and checked against a world's model.

Reading follows YAML 1.2: only true and false are truth values (`record: off` means the word), 1e9 is a
number, "10:30" a text. Keys are always texts. Every mistake is reported, all at once.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, NamedTuple, NoReturn, TypeVar

import yaml
from pydantic import BaseModel, ValidationError

from simcash.core.findings import findings
from simcash.core.library import file_label, file_text, found_file, library, scenario_files
from simcash.core.plain import DEEPEST, Unfit, differences, plain
from simcash.core.problems import Problem, ScenarioError, ScenarioWarning, shown
from simcash.core.schema import Model, live
from simcash.core.shape import Path as KeyPath
from simcash.core.shape import dotted, is_live, live_paths
from simcash.core.source import Place, Source

__all__ = [
    "Model", "Problem", "ScenarioError", "ScenarioWarning", "Source",
    "check", "library", "live", "parse", "read", "refuse_start_changes", "scenario_files", "value_of",
]  # fmt: skip

M = TypeVar("M", bound=BaseModel)
LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
MOST_VALUES = 2_000_000  # repeated anchors counted as often as they are used
LONGEST_NUMBER = 400
INT = re.compile(r"[-+]?[0-9]+(?:_[0-9]+)*")
BASED = re.compile(r"0(?:x[0-9a-fA-F]+|o[0-7]+)")
FLOAT = re.compile(r"[-+]?(?:\.[0-9]+|[0-9]+(?:_[0-9]+)*(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?")
CONSTANTS: dict[str, Any] = {
    **dict.fromkeys(("", "~", "null", "Null", "NULL")),
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
    **dict.fromkeys((".inf", ".Inf", ".INF", "+.inf", "+.Inf", "+.INF"), float("inf")),
    **dict.fromkeys(("-.inf", "-.Inf", "-.INF"), float("-inf")),
    **dict.fromkeys((".nan", ".NaN", ".NAN"), float("nan")),
}
TEXT_TAGS = ("!", "tag:yaml.org,2002:str")
PLAIN_TAGS = tuple(f"tag:yaml.org,2002:{kind}" for kind in ("int", "float", "bool", "null", "map", "seq"))


class Node(NamedTuple):
    """A value read, where it stands, how many values it holds and how deep they lie."""

    value: Any
    place: Place
    size: int = 1
    depth: int = 0


def read(
    source: str | Path | Mapping[str, Any] | Source, folders: Sequence[Path] = (), world: str = ""
) -> Source:
    """Read a file, a scenario of the library by its name, a dict, or what has a source already (a simulation
    has one); `world` is for those that name none."""
    source = getattr(source, "source", source)
    if isinstance(source, Mapping):
        source = from_mapping(source)
    if not isinstance(source, Source):
        if not isinstance(source, (str, Path)):
            raise TypeError(f"a scenario is a library name, a path or a dict, not {source!r}")
        path = found_file(source, folders)
        source = parse(file_text(path, str(source)), path.stem, path.parent, file_label(path, source))
    return replace(source, usual=world or source.usual)


def parse(text: str, name: str = "scenario", folder: Path | None = None, file: str = "") -> Source:
    """Read YAML or JSON text."""
    file = file or name
    node, problems = Reader(file).read(text)
    if not isinstance(node.value, dict):
        empty = "there is nothing in it"
        other = f"expected keys and values such as 'simulation: …', got {shown(node.value)}"
        raise ScenarioError([Problem(file, None, "", empty if node.value is None else other)])
    return Source(name, folder, text, node.value, file, node.place, tuple(problems))


def from_mapping(source: Mapping[str, Any]) -> Source:
    """A scenario given as a dict."""
    name = source.get("name")
    name = name if isinstance(name, str) and name else "scenario"
    try:
        data = plain(source)
    except Unfit as error:
        raise ScenarioError([Problem(name, None, dotted(error.path), str(error))]) from None
    return Source(name, None, json.dumps(data, ensure_ascii=False), data, name)


def check(
    model: type[M], source: Source, context: Any = None, further: Iterable[tuple[KeyPath, str]] = ()
) -> M:
    """The scenario as a model, or every problem at once; `further` are findings of the world's own."""
    found = list(further)
    try:
        checked = model.model_validate(source.data, context=context)
    except ValidationError as error:
        found = findings(error, model, source.data) + found
    problems = [*source.problems, *(source.problem(*finding) for finding in dict.fromkeys(found))]
    if problems:
        raise ScenarioError(sorted(problems, key=lambda problem: problem.line or 0))
    return checked


def refuse_start_changes(model: type[BaseModel], old: Source, new: Source) -> None:
    """Refuse a fork that changes what is fixed when a run starts."""
    fixed = [path for path in differences(old.data, new.data) if not is_live(model, path)]
    if fixed:
        may = ", ".join(dict.fromkeys(live_paths([model])))
        raise ScenarioError(
            [new.problem(path, f"is fixed at the start; what a fork may change: {may}") for path in fixed]
        )


# Reading YAML


def value_of(text: str) -> Any:
    """One value as it would stand in a file: "3", "[1, 2]", "off"."""
    return Reader("value").read(text)[0].value


def scalar(text: str) -> Any:
    """An unquoted value: nothing, a truth value, a number, or else text."""
    if text in CONSTANTS:
        return CONSTANTS[text]
    if text[0] not in "+-.0123456789":
        return text
    if len(text) > LONGEST_NUMBER:
        return text
    if INT.fullmatch(text):
        return int(text)
    if BASED.fullmatch(text):
        return int(text, 0)
    return float(text) if FLOAT.fullmatch(text) else text


@dataclass(slots=True)
class Frame:
    """A list or mapping being read."""

    value: Any
    inner: Any
    line: int
    anchor: str | None
    key: str | None = None  # waits for its value
    key_line: int = 0
    merged: list[tuple[dict[str, Any], Any]] = field(default_factory=list)  # by "<<"
    size: int = 1
    depth: int = 0

    def add(self, node: Node) -> None:
        """Take the next value of a list, or the value of the key that waits."""
        self.size += node.size
        self.depth = max(self.depth, node.depth + 1)
        if self.key is None:
            self.value.append(node.value)
            self.inner.append(node.place)
        elif self.key == "<<" and (sections := mergeable(node)):
            self.merged += sections
        else:
            self.value[self.key] = node.value
            self.inner[self.key] = node.place._replace(line=self.key_line)
        self.key = None

    def close(self) -> Node:
        """The finished list or mapping; merged keys stand behind its own."""
        for value, inner in self.merged:
            self.value |= {key: value[key] for key in value if key not in self.value}
            self.inner |= {key: inner[key] for key in inner if key not in self.inner}
        return Node(self.value, Place(self.line, self.inner), self.size, self.depth)


def mergeable(node: Node) -> list[tuple[dict[str, Any], Any]]:
    """The mappings behind "<<": one, or a list of them."""
    value, inner = node.value, node.place.inner
    pairs = zip(value, inner, strict=True) if isinstance(value, list) and isinstance(inner, list) else ()
    found = [(value, inner)] if isinstance(value, dict) else [(v, place.inner) for v, place in pairs]
    return found if all(isinstance(section, dict) for section, _ in found) else []


class Reader:
    """Builds plain data from YAML events without recursion, so that no nesting is too deep for it."""

    def __init__(self, file: str) -> None:
        self.file = file
        self.problems: list[Problem] = []
        self.stack: list[Frame] = []
        self.anchors: dict[str, Node] = {}
        self.documents: list[Node] = []

    def read(self, text: str) -> tuple[Node, list[Problem]]:
        """The one document in a text, and the keys that stand twice."""
        try:
            for event in yaml.parse(text, Loader=LOADER):
                self.take(event)
        except yaml.YAMLError as error:
            self.fail(*syntax(error, text))
        except UnicodeEncodeError as error:
            self.fail(
                None, f"not valid YAML: a character that no text may hold, {error.object[error.start]!r}"
            )
        if len(self.documents) > 1:
            self.fail(self.documents[1].place.line, "a second document begins here; a scenario is one")
        return (*self.documents, Node(None, Place(1)))[0], self.problems

    def take(self, event: Any) -> None:
        kind = type(event)
        if kind is yaml.ScalarEvent:
            self.take_scalar(event)
        elif kind is yaml.MappingStartEvent:
            self.open(event, {}, {})
        elif kind is yaml.SequenceStartEvent:
            self.open(event, [], [])
        elif kind is yaml.MappingEndEvent or kind is yaml.SequenceEndEvent:
            frame = self.stack.pop()
            self.place(frame.close(), frame.anchor)
        elif kind is yaml.AliasEvent:
            self.take_alias(event)

    def take_scalar(self, event: Any) -> None:
        """A key if one is due, else a value."""
        line = event.start_mark.line + 1
        if event.tag not in (None, *TEXT_TAGS, *PLAIN_TAGS):
            self.fail(line, f"the tag {event.tag} has no meaning here")
        if self.awaits_key():
            self.take_key(event.value, line)
            return
        typed = event.implicit[0] or event.tag in PLAIN_TAGS
        self.place(Node(scalar(event.value) if typed else event.value, Place(line)), event.anchor)

    def take_key(self, key: str, line: int) -> None:
        frame = self.stack[-1]
        if key in frame.value:
            first = frame.inner[key].line
            path = dotted((*self.path(), key))
            self.problems.append(
                Problem(self.file, line, path, f"stands twice; the first is in line {first}")
            )
        frame.key, frame.key_line = key, line

    def take_alias(self, event: Any) -> None:
        line = event.start_mark.line + 1
        if event.anchor not in self.anchors:
            self.fail(line, f"*{event.anchor} refers to nothing above it")
        self.refuse_as_key(line)
        self.place(self.anchors[event.anchor], None)

    def open(self, event: Any, value: Any, inner: Any) -> None:
        """A list or mapping begins."""
        line = event.start_mark.line + 1
        if event.tag not in (None, "!", *PLAIN_TAGS):
            self.fail(line, f"the tag {event.tag} has no meaning here")
        self.refuse_as_key(line)
        if len(self.stack) > DEEPEST:
            self.fail(line, f"more than {DEEPEST} levels deep")
        self.stack.append(Frame(value, inner, line, event.anchor))

    def place(self, node: Node, anchor: str | None) -> None:
        """Put a finished value where it belongs."""
        if anchor:
            self.anchors[anchor] = node
        if not self.stack:
            self.documents.append(node)
            return
        frame = self.stack[-1]
        frame.add(node)
        if frame.size > MOST_VALUES:
            self.fail(frame.line, f"more than {MOST_VALUES} values")
        if frame.depth > DEEPEST:
            self.fail(frame.line, f"more than {DEEPEST} levels deep")

    def awaits_key(self) -> bool:
        return bool(self.stack) and isinstance(self.stack[-1].value, dict) and self.stack[-1].key is None

    def refuse_as_key(self, line: int) -> None:
        if self.awaits_key():
            self.fail(line, "a key must be a plain text")

    def path(self) -> KeyPath:
        """Where the innermost open list or mapping lies."""
        return tuple(len(f.value) if isinstance(f.value, list) else f.key or "" for f in self.stack[:-1])

    def fail(self, line: int | None, message: str) -> NoReturn:
        raise ScenarioError([*self.problems, Problem(self.file, line, "", message)]) from None


def syntax(error: yaml.YAMLError, text: str) -> tuple[int | None, str]:
    """Where YAML stopped making sense, and a guess why."""
    if isinstance(error, yaml.MarkedYAMLError) and error.problem_mark is not None:
        line = error.problem_mark.line
        written = (*text.splitlines()[line : line + 1], "")[0]
        tab = "; indent with spaces, not tabs" if "\t" in written else ""
        quotes = '; a text with ": " in it needs quotes' if "mapping values" in str(error.problem) else ""
        return line + 1, f"not valid YAML: {error.problem}{tab}{quotes}"
    at = getattr(error, "position", 0)
    return text.count("\n", 0, at) + 1, f"not valid YAML: {getattr(error, 'reason', error)}"
