"""Every text in a value of JSON."""

from collections.abc import Iterator, Mapping


def texts(value: object) -> Iterator[str]:
    """Yield the texts of a value of JSON, however deep in lists and mappings; not the keys of the mappings.

    Parameters
    ----------
    value : object
        What `json.loads` returns.
    """
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for inner in value.values():
            yield from texts(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from texts(inner)
