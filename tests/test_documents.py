"""The documents are true: the diagram is the table's. `make diagram` writes it anew."""

from pathlib import Path

from conversations.cases.diagram import mermaid

_FILE = Path(__file__).parent.parent / ".github" / "ARCHITECTURE.md"
_BEGIN, _END = "```mermaid\n", "```\n"


def test_diagram_in_architecture_matches_the_table() -> None:
    assert _split()[1] == mermaid()


def _split() -> tuple[str, str, str]:
    before, _, rest = _FILE.read_text(encoding="utf-8").partition(_BEGIN)
    inside, _, after = rest.partition(_END)
    return before + _BEGIN, inside, _END + after


if __name__ == "__main__":
    before, _, after = _split()
    _FILE.write_text(before + mermaid() + after, encoding="utf-8")
