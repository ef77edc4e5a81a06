"""All nodes of a graph, those of its subgraphs too; needs no import of onnx, so that anybody may walk."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

DEEPEST = 8  # subgraphs that lie deeper are refused

Graph = Any  # protobuf builds its messages by reflection


def subgraphs(node: Any) -> Iterator[Graph]:
    """Graphs that stand in the attributes of a node: bodies of loops and branches."""
    for attribute in node.attribute:
        if attribute.HasField("g"):
            yield attribute.g
        yield from attribute.graphs


def walk_nodes(graph: Graph, depth: int = 0) -> Iterator[Any]:
    """Every node, down to the bound."""
    for node in graph.node:
        yield node
        if depth < DEEPEST:
            for inner in subgraphs(node):
                yield from walk_nodes(inner, depth + 1)


def depth_of(graph: Graph, depth: int = 0) -> int:
    """How deep subgraphs lie in each other, counted one past the bound at most."""
    if depth > DEEPEST:
        return depth
    inner = (sub for node in graph.node for sub in subgraphs(node))
    return max((depth_of(sub, depth + 1) for sub in inner), default=depth)
