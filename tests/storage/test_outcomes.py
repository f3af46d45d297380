"""The figures of a case follow it, and are the same when a migration fills them from what is kept."""

import pytest
from sqlalchemy import delete, select, text

from storage import migrations
from storage.database import Database
