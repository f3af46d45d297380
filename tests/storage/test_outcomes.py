"""The figures of a case follow it, and are the same when a migration fills them from what is kept."""
