"""Finds policy packs: those that ship with the desk, and files of the operator's."""

from importlib.resources import files
from pathlib import Path

from conversations.cases.orders import Store
from conversations.policy import Pack, PackError, for_store
from conversations.policy import load as load_pack

_SHIPPED = files("conversations.policy") / "packs"


def shipped() -> tuple[str, ...]:
    """The names of the packs that ship with the desk."""
    return tuple(
        sorted(entry.name.removesuffix(".toml") for entry in _SHIPPED.iterdir() if entry.name.endswith(".toml"))
    )


def load(name_or_path: str) -> Pack:
    """The pack of a shipped name, or of a `.toml` file. A file may extend a shipped pack or a file beside it.

    Raises PackError when there is none, or it is not a valid pack.
    """
    folder = Path(name_or_path).parent
    return load_pack(name_or_path, lambda name: _read(name, folder))


def misfit(store: Store, house: Pack) -> str:
    """Why the store's own policy cannot be used with this house policy; empty when it can, or there is none."""
    try:
        if store.policy:
            for_store(house, store.policy, store.name)
    except PackError as err:
        return str(err)
    return ""


def _read(name: str, folder: Path) -> str:
    if not name.endswith(".toml"):
        if name not in shipped():
            raise PackError(
                f"{name}: no such policy; there are {', '.join(shipped())}, or give the path of a .toml file"
            )
        return (_SHIPPED / f"{name}.toml").read_text(encoding="utf-8")
    path = Path(name)
    return text(path if path.is_absolute() or path.exists() else folder / name)


def text(path: Path) -> str:
    """What stands in a file. PackError when it cannot be read."""
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as err:
        raise PackError(f"{path}: cannot be read: {err}") from err
