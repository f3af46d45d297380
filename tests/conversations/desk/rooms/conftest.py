"""A group that hears for the sellers of Acme."""

import pytest

from .hall import linked


@pytest.fixture
async def room(house, seller):
    return await linked(house, seller)


@pytest.fixture
async def ida(house):
    return await house.person(210, "Ida", stores=frozenset({"Acme"}))
