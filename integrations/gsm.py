"""Plain text for text messages: the GSM alphabet, of which 160 characters fit one."""

import unicodedata

LONGEST = 160
BASIC = set(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
# These take the room of two.
EXTENDED = set("^{}\\[~]|€")
SPELLED = {
    **dict.fromkeys("‘’‚‛′`´", "'"),
    **dict.fromkeys("“”„‟″«»", '"'),
    **dict.fromkeys("‐‑‒–—−", "-"),
    **{"…": "...", "•": "-", "→": "->", "←": "<-", "×": "x", "≥": ">=", "≤": "<="},
    **{"ł": "l", "Ł": "L", "đ": "d", "Đ": "D", "þ": "th", "Þ": "Th", "ð": "d"},
    **{"œ": "oe", "Œ": "OE", "ı": "i", "ĸ": "k", "ħ": "h", "Ħ": "H", "ŋ": "ng"},
    **dict(
        zip(
            "абвгдеёжзийклмнопрстуфхцчшщъыьэюяіїєґ",
            "a b v g d e e zh z i i k l m n o p r s t u f kh ts ch sh shch"
            "  y  e yu ya i i e g".split(" "),
            strict=True,
        )
    ),
    **dict(
        zip(
            "αβγδεζηθικλμνξοπρσςτυφχψω",
            "a v g d e z i th i k l m n x o p r s s t y f ch ps o".split(" "),
            strict=True,
        )
    ),
}


def plain(text: str) -> str:
    """Spell a text in the GSM alphabet; a run of what has no spelling becomes a ?."""
    spelled = ""
    for character in text:
        found = _spelled(character)
        if found == "?" and character != "?" and spelled.endswith("?"):
            continue
        spelled += found
    return spelled


def length(text: str) -> int:
    """Count the room that a plain text takes."""
    return sum(2 if character in EXTENDED else 1 for character in text)


def fitted(text: str, room: int) -> str:
    """Spell a text and cut it to the room there is, with dots where it was cut."""
    text = plain(text)
    if length(text) <= room:
        return text
    while text and length(text) > room - 3:
        text = text[:-1]
    return text.rstrip() + "..." if room > 3 else ""


def _spelled(character: str) -> str:
    if character in BASIC or character in EXTENDED:
        return character
    lower = character.lower()
    if character in SPELLED:
        return SPELLED[character]
    if lower in SPELLED:
        return SPELLED[lower].capitalize()
    bare = "".join(
        c for c in unicodedata.normalize("NFKD", character) if not _is_mark(c)
    )
    if bare != character and all(c in BASIC or c in EXTENDED for c in bare):
        return bare
    return " " if character.isspace() else "?"


def _is_mark(character: str) -> bool:
    return unicodedata.combining(character) > 0
