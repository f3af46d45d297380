"""What the express numbers of common carriers look like: a table. It finds slips of the pen, not lies.

Sources: UPU S10-12 (postal numbers and their check digit), UPS's 1Z number, and what the carriers print on their labels.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

_S10_WEIGHTS = (8, 6, 4, 2, 3, 5, 9, 7)


def _any(number: str) -> bool:
    return True


def is_s10(number: str) -> bool:
    """Whether the check digit of a postal number like RR123456785CN is right (UPU S10-12)."""
    total = sum(int(digit) * weight for digit, weight in zip(number[2:10], _S10_WEIGHTS, strict=True))
    return int(number[10]) == {10: 0, 11: 5}.get(11 - total % 11, 11 - total % 11)


def is_1z(number: str) -> bool:
    """Whether the check digit of a UPS number like 1Z999AA10123456784 is right."""
    values = [int(sign) if sign.isdigit() else (ord(sign) - 63) % 10 for sign in number[2:17]]
    total = sum(value * (1 + place % 2) for place, value in enumerate(values))
    return int(number[17]) == -total % 10


@dataclass(frozen=True, slots=True)
class Shape:
    """One way in which a number may be written, in capitals and without blanks; `holds` checks its check digit."""

    pattern: str
    holds: Callable[[str], bool] = _any

    def fits(self, number: str) -> bool:
        return re.fullmatch(self.pattern, number) is not None and self.holds(number)


_S10 = Shape(r"[A-Z]{2}[0-9]{9}[A-Z]{2}", is_s10)


@dataclass(frozen=True, slots=True)
class Carrier:
    """A carrier by the names people use, in small letters and without blanks; an example of its numbers; their shapes."""

    names: tuple[str, ...]
    example: str
    shapes: tuple[Shape, ...]


# fmt: off
CARRIERS: tuple[Carrier, ...] = (
    Carrier(("sfexpress", "sf", "顺丰", "顺丰速运", "順豐"), "SF1234567890123", (Shape(r"SF[0-9]{12,13}|[0-9]{12,15}"),)),
    Carrier(("yto", "圆通", "圆通速递"), "YT1234567890123", (Shape(r"YT[0-9]{13}|[A-Z]?[0-9]{10,18}"),)),
    Carrier(("zto", "中通", "中通快递"), "73100123456789", (Shape(r"(ZT)?[0-9]{12,15}"),)),
    Carrier(("sto", "申通", "申通快递"), "773012345678901", (Shape(r"(STO)?[0-9]{12,15}"),)),
    Carrier(("yunda", "韵达", "韵达快递"), "4312345678901", (Shape(r"[0-9]{13,15}"),)),
    Carrier(("j&t", "jt", "jtexpress", "极兔", "极兔速递"), "JT1234567890123", (Shape(r"JT[0-9]{13}|[0-9]{12,15}"),)),
    Carrier(("jdlogistics", "jd", "京东", "京东物流", "京东快递"), "JDVA12345678901", (Shape(r"JD[A-Z]{0,2}[0-9]{10,16}(-[0-9]+)*-?"),)),
    Carrier(("deppon", "德邦", "德邦快递"), "DPK364123456789", (Shape(r"DP[A-Z]?[0-9]{9,14}|[0-9]{8,15}"),)),
    Carrier(("ems", "chinapost", "中国邮政", "邮政", "邮政快递"), "EE123456785CN", (_S10, Shape(r"[0-9]{13}"))),
    Carrier(("cainiao", "菜鸟", "菜鸟国际"), "LP00123456789012", (_S10, Shape(r"(LP|CN|CAINIAO|AE)[A-Z0-9]{8,20}"))),
    Carrier(("4px", "递四方"), "4PX3000123456789CN", (_S10, Shape(r"4PX[0-9]{10,16}(CN)?"))),
    Carrier(("yunexpress", "云途", "云途物流"), "YT2612345678901234", (_S10, Shape(r"YT[0-9]{16}"))),
    Carrier(("yanwen", "燕文"), "UA123456785YP", (_S10, Shape(r"[A-Z]{2}[0-9]{9}YP|[0-9]{10,20}"))),
    Carrier(("ups",), "1Z999AA10123456784", (Shape(r"1Z[A-Z0-9]{15}[0-9]", is_1z), Shape(r"T[0-9]{10}|[0-9]{9}|[0-9]{12}"))),
    Carrier(("fedex",), "123456789012", (Shape(r"[0-9]{12}|[0-9]{15}|[0-9]{20}|[0-9]{22}|[0-9]{34}"),)),
    Carrier(("dhl", "dhlexpress", "dhlparcel"), "JD014600003828", (_S10, Shape(r"[0-9]{10,12}|[0-9]{16,20}|J?JD[0-9]{10,20}|GM[0-9]{14,20}"))),
    Carrier(("usps",), "9400100000000000000000", (_S10, Shape(r"9[0-9]{19,25}|420[0-9]{25,31}"))),
    Carrier(("japanpost", "jppost", "日本郵便", "ゆうパック"), "EN123456785JP", (_S10, Shape(r"[0-9]{11,13}"))),
    Carrier(("yamato", "ヤマト", "ヤマト運輸", "クロネコヤマト"), "123456789012", (Shape(r"[0-9]{12}"),)),
    Carrier(("sagawa", "佐川", "佐川急便"), "123456789012", (Shape(r"[0-9]{12}"),)),
    Carrier(("koreapost", "우체국", "우체국택배"), "EM123456785KR", (_S10, Shape(r"[0-9]{13}"))),
    Carrier(("cjlogistics", "cj대한통운", "대한통운"), "123456789012", (Shape(r"[0-9]{10}|[0-9]{12}"),)),
    Carrier(("royalmail",), "RR123456785GB", (_S10, Shape(r"[A-Z0-9]{16}|[0-9]{9,10}|[A-Z0-9]{21}"))),
    Carrier(("laposte", "colissimo"), "RR123456785FR", (_S10, Shape(r"[0-9][A-Z][0-9]{11}|[0-9]{13,15}"))),
    Carrier(("russianpost", "почтароссии"), "RR123456785RU", (_S10, Shape(r"[0-9]{14}"))),
)
# fmt: on

_BY_NAME = {name: carrier for carrier in CARRIERS for name in carrier.names}


def carrier_of(name: str) -> Carrier | None:
    """The carrier that people mean by a name; None when we do not know it."""
    return _BY_NAME.get("".join(name.lower().split()).replace("-", "").replace("_", ""))


def looks_right(carrier: str, number: str) -> bool:
    """Whether a number may be one of that carrier's. Those of carriers we do not know always may."""
    known = carrier_of(carrier)
    written = "".join(number.upper().split())
    return known is None or any(shape.fits(written) for shape in known.shapes)
