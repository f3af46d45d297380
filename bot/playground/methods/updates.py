"""How the bot gets its updates: polling, the webhook, and taking leave of the server."""

import re
from typing import Annotated, Any
from urllib.parse import urlsplit

from pydantic import Field

from bot.playground.errors import bad_request
from bot.playground.methods.chats import Nothing
from bot.playground.methods.table import Encoded, method
from bot.playground.parameters import Decoded, Parameters
from bot.playground.updates import Webhook
from bot.playground.world import World

SECRET = re.compile(r"[A-Za-z0-9_-]{1,256}")
LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})
LONGEST_POLL = 50


class GetUpdates(Parameters):
    offset: int = 0
    limit: int = 100
    timeout: int = Field(default=0, ge=0)
    allowed_updates: Annotated[list[str] | None, Decoded] = None


class SetWebhook(Parameters):
    url: str = ""
    ip_address: str | None = None
    max_connections: int = Field(default=40, ge=1, le=100)
    allowed_updates: Annotated[list[str] | None, Decoded] = None
    drop_pending_updates: bool = False
    secret_token: str | None = None


class DeleteWebhook(Parameters):
    drop_pending_updates: bool = False


@method
async def get_updates(world: World, p: GetUpdates) -> Encoded:
    world.updates.allow(p.allowed_updates)
    batch = await world.updates.poll(
        offset=p.offset, limit=min(max(p.limit, 1), 100), patience=min(p.timeout, LONGEST_POLL)
    )
    return Encoded(b"[" + b",".join(batch) + b"]")


@method
def set_webhook(world: World, p: SetWebhook) -> bool:
    if p.url:
        _check_url(p.url)
        if p.secret_token is not None and not SECRET.fullmatch(p.secret_token):
            raise bad_request("secret token contains unallowed characters")
    updates = world.updates
    updates.allow(p.allowed_updates)
    if p.drop_pending_updates:
        updates.clear()
    updates.set_webhook(Webhook(p.url, p.secret_token, p.max_connections, p.ip_address) if p.url else None)
    return True


@method
def delete_webhook(world: World, p: DeleteWebhook) -> bool:
    if p.drop_pending_updates:
        world.updates.clear()
    world.updates.set_webhook(None)
    return True


@method
def get_webhook_info(world: World, p: Nothing) -> dict[str, Any]:
    hook = world.updates.webhook
    info: dict[str, Any] = {
        "url": hook.url if hook else "",
        "has_custom_certificate": False,
        "pending_update_count": len(world.updates),
    }
    if hook is not None:
        info["max_connections"] = hook.max_connections
        optional = ("ip_address", "last_error_date", "last_error_message")
        info |= {name: getattr(hook, name) for name in optional if getattr(hook, name) is not None}
    if world.updates.allowed is not None:
        info["allowed_updates"] = sorted(world.updates.allowed)
    return info


@method
def log_out(world: World, p: Nothing) -> bool:
    return True


@method
def close(world: World, p: Nothing) -> bool:
    return True


def _check_url(url: str) -> None:
    """As a local Bot API server: plain HTTP will do. As a playground: this machine only."""
    try:
        parts = urlsplit(url)
    except ValueError as err:
        raise bad_request("bad webhook: invalid URL specified") from err
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise bad_request("bad webhook: An HTTPS URL must be provided for webhook")
    if parts.hostname not in LOOPBACK:
        raise bad_request("bad webhook: the playground delivers to this machine only")
