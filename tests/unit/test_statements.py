"""Where statements take the data that is there."""

import pytest

from dbtasks.statements import Lineage, Written

COLUMNS = {"Users": ["id", "Mail"], "orders": ["id", "total"]}
MAIL = ("users", "mail")


def after(*statements: str) -> Lineage:
    """Return where everything is after some statements."""
    lineage = Lineage.of(COLUMNS)
    for statement in statements:
        lineage.sent(statement)
    return lineage


@pytest.mark.parametrize(
    ("statements", "places"),
    [
        (["ALTER TABLE users RENAME COLUMN mail TO email"], {("users", "email")}),
        (['ALTER TABLE public."users" RENAME "mail" TO "e mail"'], {("users", "e mail")}),
        (["ALTER TABLE `users` CHANGE `mail` `email` VARCHAR(9) NOT NULL"], {("users", "email")}),
        (["ALTER TABLE users ADD x INT, CHANGE mail email DECIMAL(4, 2)"], {("users", "email")}),
        (["ALTER TABLE users RENAME TO people"], {("people", "mail")}),
        (["ALTER TABLE users RENAME people"], {("people", "mail")}),
        (["RENAME TABLE users TO people, orders TO buys"], {("people", "mail")}),
        (["ALTER TABLE users RENAME TO people", "alter table people rename mail to email"], {("people", "email")}),
        (["ALTER TABLE users DROP COLUMN mail"], set()),
        (["ALTER TABLE users DROP mail"], set()),
        (["ALTER TABLE users DROP COLUMN IF EXISTS mail CASCADE, ADD y INT"], set()),
        (["ALTER TABLE users DROP CONSTRAINT mail", "ALTER TABLE users DROP INDEX mail"], {MAIL}),
        (["DROP TABLE users"], set()),
        (["DROP TABLE IF EXISTS orders, public.users CASCADE"], set()),
        (["DROP TABLE users -- gone\n;", "CREATE TABLE users (id INTEGER, mail TEXT)"], set()),
        (
            [
                "CREATE TABLE _alembic_tmp_users (id INTEGER, email TEXT)",
                "INSERT INTO _alembic_tmp_users (id, email) SELECT users.id, users.mail \nFROM users",
                "DROP TABLE users",
                "ALTER TABLE _alembic_tmp_users RENAME TO users",
            ],
            {("users", "email")},
        ),
        (
            [
                "INSERT INTO t (a, b) SELECT users.id, CAST(users.mail AS VARCHAR(3)) AS mail FROM users",
                "DROP TABLE users",
            ],
            {("t", "b")},
        ),
        (["INSERT INTO t (a) SELECT lower(mail) FROM users", "DROP TABLE users"], set()),
        (["INSERT INTO t (a) SELECT mail FROM users WHERE id > 3", "DROP TABLE users"], set()),
        (["CREATE TABLE t AS SELECT * FROM users", "DROP TABLE users"], {("t", "mail")}),
        (["COMMENT ON TABLE users IS 'DROP TABLE users'"], {MAIL}),
        (["INSERT INTO orders VALUES ('; DROP TABLE users')"], {MAIL}),
    ],
)
def test_where_a_column_is(statements: list[str], places: set[tuple[str, str]]) -> None:
    """Renames and whole copies are followed, drops take away, what cannot be followed is not called kept."""
    assert after(*statements).places[MAIL] == places


@pytest.mark.parametrize(
    ("statement", "written"),
    [
        ("DELETE FROM users WHERE id = 1", [Written("DELETE", "users")]),
        ("UPDATE users SET mail = lower(mail), id = 3 WHERE x", [Written("UPDATE", "users", ("mail", "id"))]),
        ("UPDATE ONLY public.users AS u SET mail = 'UPDATE x'", [Written("UPDATE", "users", ("mail",))]),
        ("TRUNCATE users, orders RESTART IDENTITY", [Written("TRUNCATE", "users"), Written("TRUNCATE", "orders")]),
        ("TRUNCATE TABLE `users`", [Written("TRUNCATE", "users")]),
        ("REPLACE INTO users VALUES (1)", [Written("REPLACE", "users")]),
        ("INSERT INTO users VALUES (1) ON CONFLICT (id) DO UPDATE SET mail = 2", [Written("REPLACE", "users")]),
        ("INSERT INTO users VALUES (1) ON DUPLICATE KEY UPDATE mail = 2", [Written("REPLACE", "users")]),
        ("INSERT OR REPLACE INTO users VALUES (1)", [Written("REPLACE", "users")]),
        ("WITH x AS (SELECT 1) DELETE FROM users", [Written("DELETE", "users")]),
        ("DO $$ BEGIN UPDATE users SET mail = 1; END $$", [Written("UPDATE", "users", ("mail",))]),
        ("CALL delete_all()", []),
        ("DO $$ BEGIN PERFORM truncate_all(); END $$", []),
        ("SELECT 1", []),
        ("INSERT INTO users VALUES (1, 'DELETE FROM users')", []),
        ("CREATE INDEX ix ON users (mail)", []),
        ("ALTER TABLE o ADD FOREIGN KEY (x) REFERENCES users ON DELETE CASCADE ON UPDATE CASCADE", []),
        ("CREATE TRIGGER t AFTER DELETE ON users BEGIN DELETE FROM orders; END", []),
    ],
)
def test_what_is_written_over(statement: str, written: list[Written]) -> None:
    """Statements that write over rows are found, also behind a WITH or in a block; words in texts are not."""
    assert after(statement).written == written


def test_changed_types_and_renames_are_noted() -> None:
    """They are noted for those who have no schema afterwards to look at."""
    lineage = after(
        "ALTER TABLE users ALTER COLUMN mail TYPE VARCHAR(3)",
        "ALTER TABLE orders MODIFY total INT NOT NULL",
        "ALTER TABLE users RENAME TO people",
        "ALTER TABLE people RENAME mail TO email",
        "ALTER TABLE people ALTER COLUMN email SET NOT NULL",
    )
    assert lineage.retyped == {("users", "mail"), ("orders", "total")}
    assert set(lineage.trails["users"]) == {"people"}
    assert lineage.column_trails["users", "mail"] == ["mail", "email"]
