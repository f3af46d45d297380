"""A PostgreSQL database in which a lot has happened already."""

import json

from sqlalchemy import text

from conversations.cases.case import Case
from conversations.cases.orders import Order
from storage import codec
from storage.database import Database

from .calls import SHOWN

#: Rows of each of the tables that grow with the cases.
ROWS = 20_000
GROWING = {"people", "roles", "dialogs", "orders", "bindings", "links", "cases", "journal", "evidence", "alarms"}
GROWING |= {"posts", "threads", "lanes", "items"}


async def crowd(db: Database, case: Case, order: Order, *, rows: int = ROWS) -> None:
    """Fills the tables that grow, with the case and the order again and again: 10,000 `rows` at least, for `calls`."""
    values = {"case": case, "order": order, "exhibit": SHOWN}
    docs = {name: json.dumps(codec.encode(value)) for name, value in values.items()}
    async with db._writer.begin() as connection:
        for sql in FILLING:
            await connection.execute(text(sql.format(n=rows)), {name: docs[name] for name in docs if f":{name}" in sql})
        for table in GROWING:
            await connection.execute(text(f"ANALYZE {table}"))


_STORE = "CASE WHEN i % 2 = 0 THEN 'Lumen' ELSE 'Store ' || i % 500 END"

#: Nine cases of ten have ended, one of twenty waits for an arbitrator.
FILLING = (
    "INSERT INTO stores (name) SELECT 'Store ' || i FROM generate_series(0, 499) i UNION SELECT 'Lumen'",
    """INSERT INTO people (id, address, name, language, has_chosen_language, is_reachable, open_ref)
    SELECT i, i, 'Person ' || i, 'en', false, true, '' FROM generate_series(1, {n}) i""",
    "SELECT setval('people_id_seq', {n})",
    """INSERT INTO roles (person, role, store)
    SELECT i, CASE WHEN i = 2 THEN 'arbitrator' ELSE 'seller' END, CASE i WHEN 1 THEN 'Lumen' WHEN 2 THEN '' ELSE 'Store ' || i % 500 END
    FROM generate_series(1, {n}) i""",
    "INSERT INTO dialogs (person, stack) SELECT i, '[]' FROM generate_series(1, {n}) i",
    f"""INSERT INTO orders (store, number, purchased_at, doc)
    SELECT {_STORE}, 'N' || i, now() - i * interval '1 minute', CAST(:order AS json) FROM generate_series(1, {{n}}) i""",
    f"INSERT INTO bindings (store, number, person) SELECT {_STORE}, 'N' || i, i FROM generate_series(1, {{n}}) i",
    """INSERT INTO links (token_hash, purpose, store, number)
    SELECT md5(i::text), 'order', '', '' FROM generate_series(1, {n}) i""",
    f"""INSERT INTO cases (ref, store, order_number, buyer, arbitrator, state, turn, opened_at, due_at, ended_at, doc)
    SELECT 'R' || lpad(i::text, 5, '0'), {_STORE}, 'N' || i, i, CASE WHEN i % 4 < 2 THEN 2 END,
        CASE WHEN i % 10 > 0 THEN 'settled' WHEN i % 20 = 0 THEN 'escalated' ELSE 'awaiting_seller' END, 1,
        now() - i * interval '1 minute', CASE WHEN i % 10 = 0 THEN now() + i * interval '1 minute' END,
        CASE WHEN i % 10 > 0 THEN now() END, CAST(:case AS json)
    FROM generate_series(1, {{n}}) i""",
    # An arbitrator has few cases at a time.
    "UPDATE cases SET arbitrator = NULL WHERE ended_at IS NULL AND turn = 1 AND order_number NOT LIKE 'N%00'",
    """INSERT INTO journal (ref, n, at, who, person, what, data, salt, seal, prev, hash)
    SELECT 'R' || lpad(i::text, 5, '0'), 1, now(), 'buyer', i, 'ClaimWithdrawn', '{{}}', 's', 's', 'p', 'h'
    FROM generate_series(1, {n}) i""",
    """INSERT INTO evidence (ref, n, doc)
    SELECT 'R' || lpad(i::text, 5, '0'), 1, CAST(:exhibit AS json) FROM generate_series(1, {n}) i""",
    """INSERT INTO alarms (ref, at)
    SELECT 'R' || lpad(i::text, 5, '0'), now() + (i - 100) * interval '1 minute' FROM generate_series(1, {n}) i""",
    """INSERT INTO posts (address, message, slot, ref, origin_address, origin_message)
    SELECT i % 10000, i, CASE WHEN i < 10000 THEN 'question' ELSE '' END, '', i, i FROM generate_series(1, {n}) i""",
    """INSERT INTO threads (address, ref, thread, name, is_closed, holds_card)
    SELECT i % 10000, 'R' || lpad(i::text, 5, '0'), i, '', false, true FROM generate_series(1, {n}) i""",
    """INSERT INTO lanes (queue, lane, ready_at, token, attempts)
    SELECT q, i::text, CASE WHEN i % 100 = 0 THEN now() - interval '1 minute' END, 't' || i, 1
    FROM generate_series(0, {n} / 2) i, unnest(ARRAY['inbox', 'outbox', 'fetches', 'checks']) q""",
    # The queues have much behind them and a little before them.
    """INSERT INTO items (id, queue, lane, key, payload, at, done_at)
    SELECT i, q, (i % ({n} / 2))::text, q || i, '{{}}', now(), CASE WHEN i % 100 > 0 THEN now() - interval '1 day' END
    FROM generate_series(1, {n}) i, unnest(ARRAY['inbox']) q""",
    """INSERT INTO items (id, queue, lane, key, payload, at, done_at)
    SELECT {n} + i, q, (i % ({n} / 2))::text, q || i, '{{}}', now(), now() - interval '1 day'
    FROM generate_series(1, {n}) i, unnest(ARRAY['outbox']) q""",
    "SELECT setval('items_id_seq', {n} * 3)",
)  # fmt: skip
