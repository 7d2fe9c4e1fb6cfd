"""Judges every call by models and rules that others wrote: aiogram's for the schema, teremok's for the content.

aiogram takes two seconds to import, so import this module only when a server starts.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from types import UnionType
from typing import Any, Union, cast, get_args, get_origin

import aiogram.methods
from aiogram import Bot
from aiogram.methods import TelegramMethod
from aiogram.types import Update
from pydantic import BaseModel, TypeAdapter, ValidationError
from teremok.validation import ApiRuleViolation, validate_method

from tests.botapi.world import Json

_TOO_LONG_BEFORE_PARSING = frozenset({"Bad Request: message is too long", "Bad Request: media caption is too long"})


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the oracles say of one call. `parameters` has every value in its own type."""

    parameters: Json
    unknown: tuple[str, ...] = ()
    wrong: tuple[str, ...] = ()
    refusal: str | None = None


def find_method(name: str) -> str | None:
    """Give the canonical spelling of a Bot API method, or None if there is no such method."""
    model = _models().get(name.lower())
    return model.__api_method__ if model else None


def judge_call(name: str, given: Json) -> Verdict:
    """Check the parameters of a call. Text values are read as JSON where the schema wants no text."""
    model = _models()[name.lower()]
    parameters = {key: _decode(model, key, value) for key, value in given.items()}
    try:
        call = model.model_validate(parameters)
    except ValidationError as error:
        return Verdict(parameters, wrong=tuple(_list_errors(error)))
    unknown = tuple(_list_unknown(call, parameters, ""))
    return Verdict(parameters, unknown=unknown, refusal=_find_refusal(call, parameters))


def judge_result(name: str, result: object) -> tuple[str, ...]:
    """Check what this server is about to answer; returns the faults found."""
    return _judge(_result_adapter(name.lower()), result)


def judge_update(update: Json) -> tuple[str, ...]:
    """Check an update this server is about to deliver; returns the faults found."""
    return _judge(_update_adapter(), update)


@cache
def _models() -> dict[str, type[TelegramMethod[Any]]]:
    """Any: the models differ in what they return, which is only known per method."""
    found = (value for value in vars(aiogram.methods).values() if isinstance(value, type))
    methods = (value for value in found if issubclass(value, TelegramMethod) and value is not TelegramMethod)
    return {method.__api_method__.lower(): method for method in methods}


@cache
def _result_adapter(name: str) -> TypeAdapter[object]:
    return cast("TypeAdapter[object]", TypeAdapter(_models()[name].__returning__))


@cache
def _update_adapter() -> TypeAdapter[object]:
    return cast("TypeAdapter[object]", TypeAdapter(Update))


@cache
def _bot() -> Bot:
    return Bot(token="1:obviously-invented")


def _decode(model: type[TelegramMethod[Any]], key: str, value: object) -> object:
    fields = model.model_fields
    if not isinstance(value, str) or key not in fields or str in _flatten(fields[key].annotation):
        return value
    if value.lower() in {"true", "false"}:
        return value.lower() == "true"
    try:
        return cast("object", json.loads(value))
    except ValueError:
        return value


def _flatten(annotation: object) -> Iterator[object]:
    if get_origin(annotation) in {Union, UnionType}:
        for part in get_args(annotation):
            yield from _flatten(part)
    else:
        yield annotation


def _list_errors(error: ValidationError) -> Iterator[str]:
    for fault in error.errors(include_input=False, include_url=False):
        yield f"{'.'.join(str(part) for part in fault['loc'])}: {fault['msg']}"


def _list_unknown(value: object, given: object, where: str) -> Iterator[str]:
    """Walk model and input side by side: what the model keeps as an extra is not in the Bot API."""
    if isinstance(value, BaseModel) and isinstance(given, dict):
        extra = value.model_extra or {}
        yield from (f"{where}{name}" for name in given if name in extra)
        names = {field.alias or name: name for name, field in type(value).model_fields.items()}
        for alias, name in names.items():
            yield from _list_unknown(getattr(value, name), given.get(alias), f"{where}{alias}.")
    elif isinstance(value, list) and isinstance(given, list):
        for number, (one, other) in enumerate(zip(value, given, strict=False)):
            yield from _list_unknown(one, other, f"{where}{number}.")


def _find_refusal(call: TelegramMethod[Any], parameters: Json) -> str | None:
    """Ask teremok. It measures before parsing, Telegram after: with a parse mode its length verdict is not taken."""
    try:
        validate_method(_bot(), call)
    except ApiRuleViolation as violation:
        is_early = violation.description in _TOO_LONG_BEFORE_PARSING and "parse_mode" in parameters
        return None if is_early else violation.description
    return None


def _judge(adapter: TypeAdapter[object], value: object) -> tuple[str, ...]:
    try:
        read = adapter.validate_python(value)
    except ValidationError as error:
        return tuple(_list_errors(error))
    return tuple(_list_unknown(read, value, ""))
