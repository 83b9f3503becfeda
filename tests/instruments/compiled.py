"""What applications of tests would compile anew and alike, compiled once: templates, and builders of addresses."""

from collections.abc import Callable
from types import CodeType

from flask import Flask
from jinja2.bccache import Bucket, BytecodeCache
from werkzeug.routing import Rule

Builder = Callable[..., tuple[str, str]]


class _Templates(BytecodeCache):
    """By name and content, as long as the process lives."""

    def __init__(self) -> None:
        self._code: dict[tuple[str, str], CodeType | None] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        bucket.code = self._code.get((bucket.key, bucket.checksum))

    def dump_bytecode(self, bucket: Bucket) -> None:
        self._code[bucket.key, bucket.checksum] = bucket.code


_compile = Rule._compile_builder
_builders: dict[object, Builder] = {}


def _builder(rule: Rule, append_unknown: bool = True) -> Builder:
    """It hangs on nothing but what the rule says."""
    if rule.defaults:
        return _compile(rule, append_unknown)
    says = (rule.rule, tuple(rule._trace), append_unknown)
    if says not in _builders:
        _builders[says] = _compile(rule, append_unknown)
    return _builders[says]


def compile_once() -> None:
    """From now on, for every application in this process."""
    Flask.jinja_options = {"bytecode_cache": _Templates()}
    Rule._compile_builder = _builder  # type: ignore[assignment]
