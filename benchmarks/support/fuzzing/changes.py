"""Files in which something was changed where it hurts: drawn by Hypothesis.

A file is taken apart into a tree of objects, lists, texts, numbers and bytes;
leaves are replaced by hostile values, by others or by neighbours, entries are dropped,
doubled, swapped or added. What is put together again is whole outside and wrong inside.
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator
from random import Random
from typing import Any

from hypothesis import strategies as st

from benchmarks.support.fuzzing.forms import Form, Unwritable

_Place = tuple[str | int, ...]
_Change = Callable[[Any, Any, Random], None]

_COUNTS = st.integers(1, 4)

#: What no honest program writes.
_HOSTILE: tuple[Any, ...] = (
    *(0, -1, 1, 2, 255, 1 << 31, 1 << 63, -(1 << 63), 1 << 64, 10**12, 10**400),
    *(0.0, -0.0, 0.5, 1e308, -1e-320, float("nan"), float("inf"), float("-inf")),
    *("", "0", "-1", "1/2", "1/0", "1e5000", "1e-5000", "9" * 5000, "nan", "\u0663"),
    *("..", "/etc/hostname", "../x", "a\0b", "\x1b[2J", "\u202e1", "\ud800", "\x85"),
    *(True, False, None, [], {}, [[]], [{}], {"": 0}, [0] * 2000),
    *("VERIFIED", "REFUTED", "F16", "I64", "U8", "input", "as_none", "x" * 1001),
    *(b"", b"\0", b"\xff" * 8, b"\x00\x00\x80\x7f" * 2, b"\x01\0\0\0\0\0\0\0"),
)


@st.composite
def changed_files(draw: st.DrawFn, genuine: tuple[bytes, ...], form: Form) -> bytes:
    """Files with up to four changes; bulk randomness comes from a drawn seed."""
    random = Random(draw(st.integers(0, (1 << 64) - 1)))
    content = random.choice(genuine)
    tree, other = form.apart(content), form.apart(random.choice(genuine))
    for _ in range(min(draw(_COUNTS), draw(_COUNTS))):
        random.choice(_CHANGES)(tree, other, random)
    try:
        return form.together(tree)
    except Unwritable:  # the format cannot hold that at all
        return changed_bytes(content, random)


def changed_bytes(content: bytes, random: Random) -> bytes:
    """Some bytes replaced, dropped, doubled or moved, without a look at the format."""
    data = bytearray(content)
    for _ in range(random.randint(1, 4)):
        place = random.randrange(len(data) + 1)
        size = random.choice((1, 1, 2, 4, 8, random.randint(1, 64)))
        match random.randrange(6):
            case 0 if place < len(data):
                data[place] ^= 1 << random.randrange(8)
            case 1:
                data[place : place + size] = random.randbytes(size)
            case 2:
                del data[place : place + size]
            case 3:
                start = random.randrange(len(data) + 1)
                data[place:place] = data[start : start + size]
            case 4 if random.random() < 0.1:
                del data[place:]
            case _:
                data[place : place + 1] = random.choice(_TOKENS)
    return bytes(data)


_TOKENS = (
    *(b"0", b"-", b"9" * 30, b".", b"e9", b'"', b"\\", b"{", b"}", b"[", b"]", b","),
    *(b"\0", b"\xff", b"\x80", b"NaN", b"null", b"true", b"\\u0000", b"\\ud800", b"\n"),
)


def _places(value: Any, place: _Place = ()) -> Iterator[_Place]:
    """Places of all values but the whole one."""
    items: Any = ()
    if isinstance(value, dict):
        items = value.items()
    elif isinstance(value, list):
        items = enumerate(value)
    for key, inner in items:
        yield (*place, key)
        yield from _places(inner, (*place, key))


def _at(value: Any, place: _Place) -> Any:
    for key in place:
        value = value[key]
    return value


def _some(tree: Any, random: Random, kinds: Any = object) -> _Place | None:
    """A place with a value of that kind: any, or one that a walk from the top meets."""
    if random.random() < 0.5:
        place = _walked(tree, random)
        if place and isinstance(_at(tree, place), kinds):
            return place
    places = list(_places(tree))
    fitting = [place for place in places if isinstance(_at(tree, place), kinds)]
    return random.choice(fitting) if fitting else None


def _walked(tree: Any, random: Random) -> _Place:
    """Down to a leaf, or not quite: few and large parts are met as often as small."""
    place: _Place = ()
    while isinstance(tree, dict | list) and tree and random.random() < 0.9:
        key = random.choice(list(tree)) if isinstance(tree, dict) else 0
        key = random.randrange(len(tree)) if isinstance(tree, list) else key
        place, tree = (*place, key), tree[key]
    return place


def _put(tree: Any, place: _Place | None, value: Any) -> None:
    if place is not None:
        _at(tree, place[:-1])[place[-1]] = value


_LEAVES = (str, int, float, bool, bytes, type(None))


def _hostile(tree: Any, _: Any, random: Random) -> None:
    _put(tree, _some(tree, random, _LEAVES), copy.deepcopy(random.choice(_HOSTILE)))


def _hostile_branch(tree: Any, _: Any, random: Random) -> None:
    _put(tree, _some(tree, random), copy.deepcopy(random.choice(_HOSTILE)))


def _exchanged(tree: Any, other: Any, random: Random) -> None:
    """A value from another place of this file or of another one."""
    source = tree if random.random() < 0.5 else other
    place = _some(source, random)
    if place is not None:
        value = copy.deepcopy(_at(source, place))
        same = _some(tree, random, type(value))
        _put(tree, same, value)


def _neighbour(tree: Any, _: Any, random: Random) -> None:
    """A number near the one that is there, a letter or a byte replaced."""
    place = _some(tree, random, _LEAVES)
    if place is None:
        return
    value = _at(tree, place)
    near: Any = value
    if isinstance(value, bool):
        near = not value
    elif isinstance(value, int):
        near = random.choice((value + 1, value - 1, 2 * value, value // 2, -value))
    elif isinstance(value, float):
        near = random.choice((value * 2, -value, value + 1, str(value)))
    elif isinstance(value, str) and value:
        spot = random.randrange(len(value))
        letter = random.choice("0123456789-/.e_ \u00e9") + value[spot] * random.choice(
            (0, 1)
        )
        near = value[:spot] + letter + value[spot + 1 :]
    elif isinstance(value, bytes):
        near = changed_bytes(value, random)
    _put(tree, place, near)


def _dropped(tree: Any, _: Any, random: Random) -> None:
    place = _some(tree, random)
    if place is not None:
        del _at(tree, place[:-1])[place[-1]]


def _doubled(tree: Any, _: Any, random: Random) -> None:
    """An entry of a list once more, or under another key."""
    place = _some(tree, random)
    if place is None:
        return
    owner, value = _at(tree, place[:-1]), copy.deepcopy(_at(tree, place))
    if isinstance(owner, list):
        owner.insert(random.randrange(len(owner) + 1), value)
    else:
        owner[random.choice((f"{place[-1]}2", "name", "x", *map(str, owner)))] = value


def _shuffled(tree: Any, _: Any, random: Random) -> None:
    place = _some(tree, random, list)
    if place is not None:
        random.shuffle(_at(tree, place))


def _everywhere(tree: Any, _: Any, random: Random) -> None:
    """One value replaced wherever it stands."""
    place = _some(tree, random, (str, int))
    if place is None:
        return
    old, new = _at(tree, place), copy.deepcopy(random.choice(_HOSTILE))
    if isinstance(old, int) and random.random() < 0.7:
        new = random.choice((old + 1, old - 1, 2 * old))
    for there in list(_places(tree)):
        if type(_at(tree, there)) is type(old) and _at(tree, there) == old:
            _put(tree, there, new)


#: Simplest first, because that is the way examples shrink.
_CHANGES: tuple[_Change, ...] = (
    _neighbour,
    _neighbour,
    _hostile,
    _hostile,
    _exchanged,
    _dropped,
    _doubled,
    _shuffled,
    _everywhere,
    _hostile_branch,
)
