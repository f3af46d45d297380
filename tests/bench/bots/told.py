"""What the bots of the bench share: how they are told where the server is."""

from __future__ import annotations

import argparse


def arguments(**more: type[int] | type[str]) -> argparse.Namespace:
    """The command line: --api, the server's root, --token, and what else the bot takes."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--api", required=True)
    parser.add_argument("--token", required=True)
    for name, kind in more.items():
        parser.add_argument(f"--{name}", type=kind, default=kind())
    return parser.parse_args()
