"""The bots that are measured, each a process of its own: `python -m tests.bench.bots.<name> --api URL …`."""
