"""Sorted, disjoint stretches of time in seconds since 1970, and how to combine them."""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence
from operator import itemgetter

# Half-open: from the start, up to but not including the end.
Span = tuple[int, int]

# A span that belongs to a user.
Piece = tuple[int, int, int]


def split(
    pieces: Sequence[Piece], spans: Iterable[Span]
) -> tuple[list[Piece], list[Span]]:
    """This will cut the pieces by the spans: what lies inside, and what stays open.

    Pieces and spans are sorted and disjoint, and so are the answers.
    """
    inside: list[Piece] = []
    uncovered: list[Span] = []
    index, count = 0, len(pieces)
    for cursor, span_end in spans:
        while index < count:
            start, end, user = pieces[index]
            if start >= span_end:
                break
            if end > cursor:
                if start > cursor:
                    uncovered.append((cursor, start))
                    cursor = start
                if end > span_end:  # and goes on in the next span
                    inside.append((cursor, span_end, user))
                    cursor = span_end
                    break
                inside.append((cursor, end, user))
                cursor = end
            index += 1
        if cursor < span_end:
            uncovered.append((cursor, span_end))
    return inside, uncovered


def joined(pieces: Iterable[Piece]) -> list[Piece]:
    """This will make one of the sorted pieces of the same user that touch."""
    result: list[Piece] = []
    last_end, last_user = None, None
    for piece in pieces:
        start, end, user = piece
        if start == last_end and user == last_user:
            result[-1] = (result[-1][0], end, user)
        else:
            result.append(piece)
        last_end, last_user = end, user
    return result


def union(spans: Iterable[Span]) -> list[Span]:
    """This will make one of the spans, in any order, that overlap or touch."""
    result: list[Span] = []
    for start, end in sorted(spans):
        if result and start <= result[-1][1]:
            result[-1] = (result[-1][0], max(result[-1][1], end))
        else:
            result.append((start, end))
    return result


def paint(pieces: list[Piece], new: Piece) -> None:
    """This will put a piece over the others, of which the ends may stick out."""
    start, end, _ = new
    first = bisect_right(pieces, start, key=itemgetter(1))
    last = bisect_left(pieces, end, key=itemgetter(0))
    covered = pieces[first:last]
    before = [(s, start, user) for s, _, user in covered[:1] if s < start]
    after = [(end, e, user) for _, e, user in covered[-1:] if e > end]
    pieces[first:last] = [*before, new, *after]
