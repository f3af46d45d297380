"""The bots that are measured, each a process of its own: `python -m tests.bench.bots.<name> --api URL …`."""

import sys

#: Here for the tests, loaded by libraries of ours that find them, and not there where a bot is installed: 15 MB.
for _name in ("cryptography", "pygments", "rich"):
    sys.modules[_name] = None  # type: ignore[assignment]
