"""Words that try to be more than words: markup, links, marks that turn the writing round, walls, heaps of signs.

Always the same ones, so that a red run can be told again.
"""

from __future__ import annotations

import random
from typing import Final

HOW_MANY: Final = 500

#: The most that a person can send in one message.
WALL: Final = 4096

_MARKUP: Final = (
    "<b>bold</b>",
    "<a href='https://example.com/?a=1&amp;b=2'>click</a>",
    "</b></i><script>alert(1)</script>",
    "<tg-spoiler>hidden</tg-spoiler>",
    '<tg-emoji emoji-id="5368324170671202286">👍</tg-emoji>',
    "&lt;b&gt; &amp;amp; &#x202e; &nbsp;",
    "<!-- -->]]><![CDATA[x]]>",
    "*bold* _italic_ __underline__ ~gone~ ||hidden||",
    "`code` ```python\nprint('x')\n```",
    "[a name](tg://user?id=777000)",
    "![👍](tg://emoji?id=5368324170671202286)",
    "\\*escaped\\_ \\\\",
    ">quoted\n>>again",
    "**>expandable\n>quote||",
    "# heading\n- [ ] list\n| a | b |",
)
_LINKS: Final = (
    "tg://user?id=777000",
    "tg://resolve?domain=nobody&start=x",
    "https://example.com/päth?q=%F0%9F%98%80#top",
    "http://user:pass@example.com:8080/",
    "mail me: a.b+c@example.com",
    "@somebody_else and @another_one",
    "see /help and /cases@some_bot",
    "#hashtag #标签 $usd",
    "+1 555 010 9999",
    "javascript:alert(1)",
    "https://xn--80ak6aa92e.com/",
)
_MARKS: Final = (
    "\u202ereversed\u202c",
    "\u2067right to left\u2069",
    "\u2068open isolate",
    "closed too often\u2069\u2069",
    "\u202d\u202e\u202a\u202b never closed",
    "zero\u200bwidth\u200cnon\u200djoiner\u2060word",
    "\u200e\u200f\u061c marks",
    "\ufeffbyte order",
    "soft\u00adhyphen\u034f",
    "tab\tand\u00a0hard\u2003space",
    "line\u2028paragraph\u2029ends",
    "private \ue0000\ue001 \ue0009\ue001 use",
    "\ufff9interlinear\ufffaannotation\ufffb",
    "⟦brackets⟧ {ref} {party} {0} %s %(x)s ${x}",
)
_SIGNS: Final = (
    "👨‍👩‍👧‍👦 👩🏽‍🚀 🏳️‍🌈 🏴󠁧󠁢󠁳󠁣󠁴󠁿",
    "🇩🇪🇨🇳🇦",
    "1️⃣ #️⃣ ☺︎ ☺️",
    "z̴̡̢̛̗̘̙̜̝̞̟̠̣̤̥̦̩̪̫̬̭̮̯̰̱̲̳̹̺̻̼͇͈͉͍͎̀́̂̃̄̅̆̇̈̉̊̋̌̍̎̏̐̑̒̓̔̽̾̿̀́͂̓̈́͆͊͋͌̚ͅalgo",
    "e\u0301\u0301\u0301 n\u0303 \u0301alone",
    "𝕞𝕒𝕥𝕙 𐐷𐑊 𠜎𠜱",
    "क्षि ന്‍റെ ကြွ ก็่้",
    "ﷺ ﷽",
    "\U0010ffff \U000e0001 \ufffd",
)
_SCRIPTS: Final = (
    "السلعة مكسورة (صورة 1)",
    "המוצר הגיע שבור, 12.50 ₪",
    "abc السعر 20.00 USD def",
    "杯子碎了，请退款。",
    "コップが割れていました",
    "чашка разбита",
    "컵이 깨졌어요",
    "kupa kırık geldi",
)
_KINDS: Final = (_MARKUP, _LINKS, _MARKS, _SIGNS, _SCRIPTS)
_BETWEEN: Final = (" ", "\n", "\n\n", "", " · ")
_BRICKS: Final = (
    "a",
    "ab ",
    "墙",
    "<b>",
    "*_`[",
    "@a",
    "e\u0301",
    "o" + "\u0300" * 40,
    "\u202e",
    "\u2068",
    "ش",
    "x\u200d",
    "y\n",
)
#: Each of these takes two units of UTF-16, so that a wall of them does not fit into a message of ours.
_WIDE_BRICKS: Final = ("😀", "🇩🇪", "🏽", "𠜎", "\U000e0062")


def texts() -> list[str]:
    """All of them, each another one, none beginning like a command."""
    chance = random.Random(20261124)
    found = [text for kind in _KINDS for text in kind]
    found += [_wall(brick) for brick in (*_BRICKS, *_WIDE_BRICKS)]
    while len(found) < HOW_MANY:
        pieces = [chance.choice(chance.choice(_KINDS)) for _ in range(chance.randint(2, 9))]
        text = chance.choice(_BETWEEN).join(pieces)
        if text not in found and not text.startswith("/"):
            found.append(text)
    return found


def _wall(brick: str) -> str:
    return (brick * WALL)[:WALL]
