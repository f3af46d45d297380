"""The workers: each leases rows, does one thing with them, and reports."""
