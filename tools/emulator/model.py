"""The judge by AWS's own service models: what is required, allowed, too long, too many.

AWS's services check their requests by the models that botocore brings; botocore checks a part of it, moto next to
nothing. The models are AWS's, so they cannot agree with this project by construction.

https://smithy.io/2.0/spec/constraint-traits.html
"""

from collections.abc import Iterator
from functools import cache
from typing import Any

import regex
from moto.core.model import Shape

from tools.emulator.call import Call, model_of
from tools.emulator.refusal import Refusal

NUMBERS = {"integer", "long", "float", "double"}
#: The error that a service answers with, where it is not the one of its protocol.
CODES = {
    "route53": "InvalidInput",
    "s3": "InvalidArgument",
    "s3control": "InvalidRequest",
    "sns": "InvalidParameter",
    "sqs": "InvalidParameterValue",
}
CODES_BY_PROTOCOL = {"ec2": "InvalidParameterValue", "query": "ValidationError"}
DEFAULT_CODE = "ValidationException"
#: Shapes whose values a service takes beyond those of its model, by service and name, with the page that lists them.
WIDER_ENUMS = {
    # https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DescribeAccountAttributes.html
    ("ec2", "AccountAttributeName"),
}
#: A Coral service compares the whole value, a Smithy one searches in it; the patterns of the latter have anchors.
ANCHORS = ("^", "$")


def judge(call: Call) -> Refusal | None:
    """Refuse ``call`` if its parameters are not as the model of its service has them.

    Parameters
    ----------
    call : Call
        What is asked for.

    Returns
    -------
    Refusal, optional
        With every fault in it, as AWS tells them. None if there is none.
    """
    model = model_of(call.service)
    if model is None:
        return None
    shape = model.operation_model(call.operation).input_shape
    if shape is None:
        return None
    found = list(_faults(call.service, shape, call.parameters, ""))
    if not found:
        return None
    code = CODES.get(call.service) or CODES_BY_PROTOCOL.get(model.metadata["protocol"], DEFAULT_CODE)
    count = f"{len(found)} validation error{'s' if len(found) > 1 else ''} detected"
    return Refusal(code=code, message=f"{count}: {'; '.join(found)}")


def _faults(service: str, shape: Shape, value: Any, path: str) -> Iterator[str]:  # noqa: ANN401 - any value of any shape
    """Yield what is wrong with ``value``, which stands at ``path``, and with all that is in it."""
    if shape.type_name == "structure":
        if not shape.is_document_type:
            yield from _faults_of_structure(service, shape, value, path)
    elif shape.type_name == "list":
        yield from _out_of_bounds(shape, len(value), value, path, "length")
        for number, item in enumerate(value, start=1):
            yield from _faults(service, shape.member, item, f"{path}.{number}.member")
    elif shape.type_name == "map":
        yield from _out_of_bounds(shape, len(value), value, path, "length")
        for key, item in value.items():
            yield from _faults(service, shape.key, key, f"{path} key")
            yield from _faults(service, shape.value, item, f"{path}.{key}")
    elif shape.type_name in NUMBERS:
        yield from _out_of_bounds(shape, value, value, path, "value")
    elif shape.type_name == "blob" and isinstance(value, bytes):
        yield from _out_of_bounds(shape, len(value), "<blob>", path, "length")
    elif shape.type_name == "string" and isinstance(value, str):
        yield from _faults_of_string(service, shape, value, path)


def _faults_of_structure(service: str, shape: Shape, value: Any, path: str) -> Iterator[str]:  # noqa: ANN401 - as above
    for name in shape.required_members:
        if value.get(name) is None:
            yield _told("null", _below(path, name), "Member must not be null")
    for name, member in shape.members.items():
        if value.get(name) is not None:
            yield from _faults(service, member, value[name], _below(path, name))


def _faults_of_string(service: str, shape: Shape, value: str, path: str) -> Iterator[str]:
    told = "<secret>" if shape.metadata.get("sensitive") else value
    yield from _out_of_bounds(shape, len(value), told, path, "length")
    enum = getattr(shape, "enum", None)
    if enum and value not in enum and (service, shape.name) not in WIDER_ENUMS:
        yield _told(told, path, f"Member must satisfy enum value set: [{', '.join(sorted(enum))}]")
    pattern = shape.metadata.get("pattern")
    if pattern and not _satisfies(pattern, value):
        yield _told(told, path, f"Member must satisfy regular expression pattern: {pattern}")


def _out_of_bounds(shape: Shape, size: float, value: object, path: str, what: str) -> Iterator[str]:
    least, most = shape.metadata.get("min"), shape.metadata.get("max")
    if least is not None and size < float(least):
        yield _told(value, path, f"Member must have {what} greater than or equal to {least}")
    if most is not None and size > float(most):
        yield _told(value, path, f"Member must have {what} less than or equal to {most}")


def _satisfies(pattern: str, value: str) -> bool:
    compiled = _compiled(pattern)
    if compiled is None:
        return True
    is_anchored = pattern.startswith(ANCHORS[0]) or pattern.endswith(ANCHORS[1])
    return bool(compiled.search(value) if is_anchored else compiled.fullmatch(value))


@cache
def _compiled(pattern: str) -> "regex.Pattern[str] | None":
    """Return a pattern as Java reads it, or None if it says what Python's cannot."""
    try:
        return regex.compile(pattern, regex.VERSION0)
    except regex.error:
        return None


def _below(path: str, name: str) -> str:
    return f"{path}.{name}" if path else name


def _told(value: object, path: str, constraint: str) -> str:
    return f"Value '{value}' at '{path}' failed to satisfy constraint: {constraint}"
