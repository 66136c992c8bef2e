"""Reads the YAML of a settings file: every scalar as text, and nothing that a settings file has no use for."""

from __future__ import annotations

from typing import TYPE_CHECKING

import yaml

if TYPE_CHECKING:
    from collections.abc import Hashable

#: More than any settings file needs. The reader takes a second for so many values.
DEEPEST, MOST_VALUES = 16, 5000
#: Tags that change nothing, by what they stand before.
TAGS = {
    yaml.ScalarEvent: "tag:yaml.org,2002:str",
    yaml.SequenceStartEvent: "tag:yaml.org,2002:seq",
    yaml.MappingStartEvent: "tag:yaml.org,2002:map",
}
MERGE = "<<"
NULL_ONLY = {
    first: [resolver for resolver in resolvers if resolver[0] == "tag:yaml.org,2002:null"]
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}


class RefusedError(yaml.MarkedYAMLError):
    """Valid YAML that has no place in settings: ``problem`` says what, and ``note`` what is allowed."""

    def __init__(self, problem: str, allowed: str, mark: yaml.Mark | None) -> None:
        super().__init__(problem=problem, problem_mark=mark, note=allowed)


class TextLoader(yaml.SafeLoader):
    """Reads every scalar except null as text: an account id keeps its leading zero.

    Raises
    ------
    RefusedError
        At a tag that would make something else of a value, a value inside of itself, or more values than
        ``MOST_VALUES``, aliases included.
    yaml.YAMLError
        If it is not YAML.
    """

    yaml_implicit_resolvers = NULL_ONLY

    def __init__(self, stream: str) -> None:
        super().__init__(stream)
        self._depth = 0

    def compose_node(self, parent: yaml.Node | None, index: int) -> yaml.Node | None:
        """Refuse what is too deep before Python does, and tags."""
        event = self.peek_event()  # type: ignore[no-untyped-call]
        tag = getattr(event, "tag", None)
        if tag not in {None, "!", TAGS.get(type(event))}:
            shown = tag.replace("tag:yaml.org,2002:", "!!")
            raise RefusedError(f"the tag {shown} of YAML", "values without a tag", event.start_mark)
        self._depth += 1
        if self._depth > DEEPEST:
            raise RefusedError("too many levels", f"at most {DEEPEST}", event.start_mark)
        node = super().compose_node(parent, index)
        self._depth -= 1
        return node

    def construct_document(self, node: yaml.Node) -> object:
        """Count the values, aliases included, before any is made."""
        self._count(node, [], 0)
        return super().construct_document(node)

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Hashable, object]:  # noqa: FBT001, FBT002
        """Refuse a duplicate key, of which YAML would silently keep the last."""
        mapping: dict[Hashable, object] = {}
        for key_node, value_node in node.value:
            key = self.construct_object(key_node, deep=True)
            if not isinstance(key, str):
                raise RefusedError("key is not text", "a name and a colon", key_node.start_mark)
            if key == MERGE:
                allowed = "an alias for a whole value, such as: *name"
                raise RefusedError("merges (<<) are not supported", allowed, key_node.start_mark)
            if key in mapping:
                raise RefusedError(f"key {key!r} stands twice", "each key once", key_node.start_mark)
            mapping[key] = self.construct_object(value_node, deep=deep)
        return mapping

    def _count(self, node: yaml.Node, inside: list[yaml.Node], count: int) -> int:
        """Number of values so far."""
        if any(node is one for one in inside):
            raise RefusedError("an alias inside of what it stands for", "values that end", node.start_mark)
        count += 1
        if count > MOST_VALUES:
            raise RefusedError("too many values", f"at most {MOST_VALUES}, aliases included", node.start_mark)
        if isinstance(node, yaml.ScalarNode) and not _is_whole(node.value):
            raise RefusedError("half of a character", "whole characters of Unicode", node.start_mark)
        if isinstance(node, yaml.MappingNode):
            for pair in node.value:
                for one in pair:
                    count = self._count(one, [*inside, node], count)
        elif isinstance(node, yaml.SequenceNode):
            for one in node.value:
                count = self._count(one, [*inside, node], count)
        return count


def _is_whole(text: str) -> bool:
    """Whether a file could hold it: an escape of a surrogate is half of a character."""
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        return False
    return True
