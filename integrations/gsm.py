"""Plain text for text messages: the GSM alphabet, of which 160 characters fit one."""

# ruff: noqa: RUF001
import unicodedata

LONGEST = 160
BASIC = set(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
# These take the room of two.
EXTENDED = set("^{}\\[~]|€")
ENGLISH = {
    # Russian, Ukrainian and Bulgarian
    "а": "a",
    "б": "b",
    "в": "v",
    "г": "g",
    "ґ": "g",
    "д": "d",
    "е": "e",
    "ё": "e",
    "є": "e",
    "ж": "zh",
    "з": "z",
    "и": "i",
    "й": "i",
    "і": "i",
    "ї": "i",
    "к": "k",
    "л": "l",
    "м": "m",
    "н": "n",
    "о": "o",
    "п": "p",
    "р": "r",
    "с": "s",
    "т": "t",
    "у": "u",
    "ф": "f",
    "х": "kh",
    "ц": "ts",
    "ч": "ch",
    "ш": "sh",
    "щ": "shch",
    "ъ": "",
    "ы": "y",
    "ь": "",
    "э": "e",
    "ю": "yu",
    "я": "ya",
    # Greek
    "α": "a",
    "β": "v",
    "γ": "g",
    "δ": "d",
    "ε": "e",
    "ζ": "z",
    "η": "i",
    "θ": "th",
    "ι": "i",
    "κ": "k",
    "λ": "l",
    "μ": "m",
    "ν": "n",
    "ξ": "x",
    "ο": "o",
    "π": "p",
    "ρ": "r",
    "σ": "s",
    "ς": "s",
    "τ": "t",
    "υ": "y",
    "φ": "f",
    "χ": "ch",
    "ψ": "ps",
    "ω": "o",
    # Latin letters that are more than a letter and its mark
    "ł": "l",
    "đ": "d",
    "ð": "d",
    "þ": "th",
    "œ": "oe",
    "ı": "i",
    "ħ": "h",
    # Signs
    **dict.fromkeys("‘’‚‛′`´", "'"),
    **dict.fromkeys("“”„‟″«»", '"'),
    **dict.fromkeys("‐‑‒–—−", "-"),
    "…": "...",
    "•": "-",
    "→": "->",
    "←": "<-",
    "×": "x",
    "≥": ">=",
    "≤": "<=",
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
    if character in ENGLISH:
        return ENGLISH[character]
    if character.lower() in ENGLISH:
        return ENGLISH[character.lower()].capitalize()
    parts = unicodedata.normalize("NFKD", character)
    bare = "".join(part for part in parts if not unicodedata.combining(part))
    if bare and bare != character:
        return "".join(_spelled(part) for part in bare)
    return " " if character.isspace() else "?"
