def test_db_upgrade_makes_an_empty_database_usable(desk):
    assert desk.out("db", "upgrade") == "The sqlite database is up to date.\n"
    assert desk.out("db", "upgrade") == "The sqlite database is up to date.\n"


def test_db_that_cannot_be_opened_is_one_line_on_stderr(desk):
    told = desk.err("db", "upgrade", AFTERSALES_DATABASE_URL="mysql://root@127.0.0.1/x")

    assert told.startswith("Error: AFTERSALES_DATABASE_URL must be a URL")
    assert told.count("\n") == 1


def test_db_server_that_is_away_is_one_line_on_stderr(desk):
    told = desk.err("stores", "list", AFTERSALES_DATABASE_URL="postgresql://user:secret@127.0.0.1:1/x")

    assert told == "Error: the database cannot be reached or is busy (ConnectionRefusedError)\n"
