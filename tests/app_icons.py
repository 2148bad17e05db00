"""Draws the icons of the installed app from our favicon, with the machine's Chromium.

Run it when the favicon has changed: `python3 manage.py tool python -m tests.app_icons`.
"""

from pathlib import Path

from tests.browsers import chromium

IMAGES = Path(__file__).resolve().parents[1] / "static/img"
# How much of the square the sign fills: a launcher may cut a maskable icon to a
# circle of four fifths, and colours its corners must have itself.
WHOLE = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 24 24">{sign}</svg>'
ICONS = {"app-192": 192, "app-512": 512}
MASKABLE = {"app-maskable-192": 192, "app-maskable-512": 512, "apple-touch-icon": 180}
BADGES = {"badge-96": 96}


def main() -> None:
    """Write each image anew."""
    sign = (IMAGES / "favicon.svg").read_text()
    inner = sign.partition(">")[2].rpartition("</svg>")[0]
    ground, _end, glyph = inner.partition("/>")
    with chromium() as browser:
        page = browser.new_page()
        for name, size in ICONS.items():
            _draw(page, name, size, WHOLE.format(sign=inner))
        square = ground.replace(' rx="6"', "") + "/>"
        for name, size in MASKABLE.items():
            _draw(page, name, size, WHOLE.format(sign=square + _smaller(glyph, 0.8)))
        for name, size in BADGES.items():
            # Systems use only its shape, in a colour of their own.
            _draw(page, name, size, WHOLE.format(sign=_smaller(glyph, 1.5)))


def _smaller(glyph: str, scale: float) -> str:
    """Scale the sign around the middle."""
    away = 12 * (1 - scale)
    return f'<g transform="translate({away} {away}) scale({scale})">{glyph}</g>'


def _draw(page, name: str, size: int, svg: str) -> None:
    page.set_viewport_size({"width": size, "height": size})
    page.set_content(f"<style>body{{margin:0}}svg{{display:block}}</style>{svg}")
    page.screenshot(path=str(IMAGES / f"{name}.png"), omit_background=True)


if __name__ == "__main__":
    main()
