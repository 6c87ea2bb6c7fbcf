"""Revisions as teams write them: one schema, its rows, and thirty revisions that change it in every kind of way.

Each revision is written on top of ``zero``, and runs on the three databases; where one needs words of its own it asks
for the dialect, as a revision of a project that supports several does.
"""

from collections import Counter
from collections.abc import Iterator
from textwrap import dedent

from sqlalchemy import Connection, inspect
from sqlalchemy.engine import Inspector

OWN = "dbtasks_"  # tables that are no part of what a revision may change
DIALECT = 'dialect = op.get_context().dialect.name.replace("mariadb", "mysql")\n'

ZERO = """
op.create_table(
    "customers",
    sa.Column("id", sa.Integer(), primary_key=True),
    sa.Column("email", sa.String(100), nullable=False),
    sa.Column("name", sa.String(80), nullable=False),
    sa.Column("age", sa.Integer()),
    sa.Column("country", sa.String(2), nullable=False, server_default="DE"),
    sa.Column("status", sa.Enum("active", "blocked", name="customer_status"), nullable=False, server_default="active"),
    sa.Column("note", sa.Text()),
    sa.UniqueConstraint("email", name="uq_customers_email"),
    sa.CheckConstraint("age >= 0", name="ck_customers_age"),
)
op.create_index("ix_customers_country", "customers", ["country"])
op.create_table(
    "addresses",
    sa.Column("id", sa.Integer(), primary_key=True),
    sa.Column("customer_id", sa.Integer(), nullable=False),
    sa.Column("street", sa.String(120), nullable=False),
    sa.Column("city", sa.String(60)),
    sa.Column("zip", sa.String(10)),
    sa.ForeignKeyConstraint(["customer_id"], ["customers.id"], name="fk_addresses_customer", ondelete="CASCADE"),
)
op.create_index("ix_addresses_customer", "addresses", ["customer_id"])
op.create_table(
    "categories",
    sa.Column("id", sa.Integer(), primary_key=True),
    sa.Column("parent_id", sa.Integer()),
    sa.Column("title", sa.String(60), nullable=False),
    sa.ForeignKeyConstraint(["parent_id"], ["categories.id"], name="fk_categories_parent"),
)
op.create_index("ix_categories_parent", "categories", ["parent_id"])
op.create_table(
    "products",
    sa.Column("id", sa.Integer(), primary_key=True),
    sa.Column("sku", sa.String(20), nullable=False),
    sa.Column("title", sa.String(80), nullable=False),
    sa.Column("price", sa.Numeric(10, 2), nullable=False, server_default=sa.text("0")),
    sa.Column("active", sa.Boolean(), nullable=False, server_default=sa.true()),
    sa.Column("category_id", sa.Integer()),
    sa.ForeignKeyConstraint(["category_id"], ["categories.id"], name="fk_products_category", ondelete="SET NULL"),
    sa.UniqueConstraint("sku", name="uq_products_sku"),
    sa.CheckConstraint("price >= 0", name="ck_products_price"),
)
op.create_index("ix_products_category", "products", ["category_id"])
op.create_table(
    "orders",
    sa.Column("id", sa.Integer(), primary_key=True),
    sa.Column("customer_id", sa.Integer(), nullable=False),
    sa.Column("placed_at", sa.DateTime(), nullable=False),
    sa.Column("state", sa.String(20), nullable=False, server_default="new"),
    sa.Column("total", sa.Numeric(10, 2)),
    sa.Column("extra", sa.JSON()),
    sa.ForeignKeyConstraint(["customer_id"], ["customers.id"], name="fk_orders_customer"),
)
op.create_index("ix_orders_customer", "orders", ["customer_id", "placed_at"])
op.create_index("ix_orders_state", "orders", ["state"])
op.create_table(
    "order_items",
    sa.Column("order_id", sa.Integer(), nullable=False),
    sa.Column("product_id", sa.Integer(), nullable=False),
    sa.Column("quantity", sa.Integer(), nullable=False, server_default=sa.text("1")),
    sa.PrimaryKeyConstraint("order_id", "product_id"),
    sa.ForeignKeyConstraint(["order_id"], ["orders.id"], name="fk_items_order", ondelete="CASCADE"),
    sa.ForeignKeyConstraint(["product_id"], ["products.id"], name="fk_items_product"),
    sa.CheckConstraint("quantity > 0", name="ck_items_quantity"),
)
op.create_index("ix_items_product", "order_items", ["product_id"])
op.create_table(
    "settings",
    sa.Column("name", sa.String(40), primary_key=True),
    sa.Column("value", sa.String(200)),
)
op.execute("CREATE VIEW order_sizes AS SELECT order_id, sum(quantity) AS pieces FROM order_items GROUP BY order_id")
"""

ROWS = """
INSERT INTO customers (id, email, name, age, country, status, note) VALUES
    (1, 'ann@example.com', 'Ann O''Hara', 31, 'DE', 'active', 'pays late'),
    (2, 'bob@example.com', 'Bob Müller', NULL, 'AT', 'blocked', NULL),
    (3, 'eve@example.com', 'Eve van der Berg', 44, 'DE', 'active', '');
INSERT INTO addresses (id, customer_id, street, city, zip) VALUES
    (1, 1, 'Hauptstr. 1', 'Köln', '50667'), (2, 1, 'Am Markt 2', NULL, NULL), (3, 3, 'Ring 3', 'Wien', '1010');
INSERT INTO categories (id, parent_id, title) VALUES (1, NULL, 'All'), (2, 1, 'Tools'), (3, 2, 'Saws');
INSERT INTO products (id, sku, title, price, category_id) VALUES
    (1, 'A-1', 'Hammer', 12.50, 2), (2, 'A-2', 'Saw', 30.00, 3), (3, 'B-1', 'Gift', 0, NULL);
INSERT INTO orders (id, customer_id, placed_at, state, total, extra) VALUES
    (1, 1, '2024-05-01 10:00:00', 'new', 55.00, '{"gift": true}'),
    (2, 2, '2024-05-02 11:30:00', 'paid', 12.50, NULL),
    (3, 1, '2024-06-03 09:15:00', 'new', NULL, NULL);
INSERT INTO order_items (order_id, product_id, quantity) VALUES (1, 1, 2), (1, 2, 1), (2, 1, 1);
INSERT INTO settings (name, value) VALUES ('currency', 'EUR'), ('vat', '19')
"""

REVISIONS = {
    "create_tables": """
        op.create_table(
            "warehouses",
            sa.Column("id", sa.Integer(), primary_key=True),
            sa.Column("kind", sa.Enum("own", "rented", name="warehouse_kind"), nullable=False),
        )
        op.create_table(
            "stocks",
            sa.Column("warehouse_id", sa.Integer(), nullable=False),
            sa.Column("product_id", sa.Integer(), nullable=False),
            sa.Column("pieces", sa.Integer(), nullable=False, server_default=sa.text("0")),
            sa.PrimaryKeyConstraint("warehouse_id", "product_id"),
            sa.ForeignKeyConstraint(["warehouse_id"], ["warehouses.id"], name="fk_stocks_warehouse"),
            sa.ForeignKeyConstraint(["product_id"], ["products.id"], name="fk_stocks_product"),
        )
        op.create_index("ix_stocks_product", "stocks", ["product_id"])
        """,
    "create_and_fill": """
        tags = op.create_table(
            "tags",
            sa.Column("id", sa.Integer(), primary_key=True),
            sa.Column("title", sa.String(30), nullable=False, unique=True),
        )
        op.create_table(
            "product_tags",
            sa.Column("product_id", sa.Integer(), sa.ForeignKey("products.id"), primary_key=True),
            sa.Column("tag_id", sa.Integer(), sa.ForeignKey("tags.id"), primary_key=True),
        )
        op.bulk_insert(tags, [{"id": 1, "title": "cheap"}, {"id": 2, "title": "new"}])
        op.execute("INSERT INTO product_tags SELECT id, 1 FROM products WHERE price < 20")
        """,
    "drop_tables": """
        op.execute("DROP VIEW order_sizes")
        op.drop_table("order_items")
        op.drop_table("addresses")
        """,
    "drop_parent_table": """
        with op.batch_alter_table("products") as batch:
            batch.drop_constraint("fk_products_category", type_="foreignkey")
            batch.drop_index("ix_products_category")
            batch.drop_column("category_id")
        op.drop_table("categories")
        """,
    "rename_table": """
        op.rename_table("addresses", "postal_addresses")
        op.create_index("ix_postal_addresses_customer", "postal_addresses", ["customer_id"])
        op.drop_index("ix_addresses_customer", table_name="postal_addresses")
        op.add_column("postal_addresses", sa.Column("label", sa.String(30)))
        op.execute("UPDATE postal_addresses SET label = 'home'")
        """,
    "replace_table": """
        op.execute(
            "CREATE TABLE settings_new (name VARCHAR(80) NOT NULL PRIMARY KEY, value VARCHAR(200), scope VARCHAR(10))"
        )
        op.execute("INSERT INTO settings_new (name, value, scope) SELECT name, value, 'all' FROM settings")
        op.execute("DROP TABLE settings")
        op.execute("ALTER TABLE settings_new RENAME TO settings")
        op.execute("CREATE INDEX ix_settings_scope ON settings (scope)")
        """,
    "rename_and_drop_column": """
        with op.batch_alter_table("customers") as batch:
            batch.alter_column("name", new_column_name="full_name", existing_type=sa.String(80), existing_nullable=False)
        with op.batch_alter_table("customers") as batch:
            batch.drop_column("note")
        with op.batch_alter_table("customers") as batch:
            batch.alter_column("full_name", new_column_name="title", existing_type=sa.String(80), existing_nullable=False)
        """,
    "rename_indexed_column": """
        op.drop_index("ix_orders_state", table_name="orders")
        with op.batch_alter_table("orders") as batch:
            batch.alter_column(
                "state", new_column_name="phase", existing_type=sa.String(20), existing_nullable=False,
                existing_server_default="new",
            )
        op.create_index("ix_orders_phase", "orders", ["phase"])
        """,
    "add_backfilled_columns": """
        op.add_column("orders", sa.Column("currency", sa.String(3), nullable=False, server_default="EUR"))
        op.add_column("orders", sa.Column("net", sa.Numeric(10, 2)))
        op.execute("UPDATE orders SET net = COALESCE(total, 0)")
        with op.batch_alter_table("orders") as batch:
            batch.alter_column("net", existing_type=sa.Numeric(10, 2), nullable=False)
            batch.alter_column("currency", existing_type=sa.String(3), existing_nullable=False, server_default=None)
        op.create_index("ix_orders_net", "orders", ["net"])
        """,
    "drop_columns": """
        with op.batch_alter_table("orders") as batch:
            batch.drop_index("ix_orders_state")
            batch.drop_column("state")
            batch.drop_column("extra")
        with op.batch_alter_table("customers") as batch:
            batch.drop_index("ix_customers_country")
            batch.drop_column("country")
            batch.drop_column("note")
        """,
    "split_column": """
        op.add_column("customers", sa.Column("first_name", sa.String(40)))
        op.add_column("customers", sa.Column("last_name", sa.String(40)))
        op.execute("UPDATE customers SET first_name = SUBSTR(name, 1, 3), last_name = SUBSTR(name, 5)")
        with op.batch_alter_table("customers") as batch:
            batch.alter_column("first_name", existing_type=sa.String(40), nullable=False)
            batch.drop_column("name")
        """,
    "other_lengths": """
        with op.batch_alter_table("products") as batch:
            batch.alter_column(
                "title", existing_type=sa.String(80), type_=sa.String(200), existing_nullable=False
            )
            batch.alter_column(
                "price", existing_type=sa.Numeric(10, 2), type_=sa.Numeric(14, 4), existing_nullable=False,
                existing_server_default=sa.text("0"),
            )
        op.execute("UPDATE customers SET name = SUBSTR(name, 1, 12)")
        with op.batch_alter_table("customers") as batch:
            batch.alter_column("name", existing_type=sa.String(80), type_=sa.String(12), existing_nullable=False)
            batch.alter_column("age", existing_type=sa.Integer(), type_=sa.BigInteger(), existing_nullable=True)
        """,
    "type_with_data": """
        op.execute("UPDATE orders SET total = total * 100")
        with op.batch_alter_table("orders") as batch:
            batch.alter_column(
                "total", existing_type=sa.Numeric(10, 2), type_=sa.Integer(), existing_nullable=True,
                postgresql_using="total::integer",
            )
        op.execute("UPDATE addresses SET zip = '0' WHERE zip IS NULL")
        with op.batch_alter_table("addresses") as batch:
            batch.alter_column(
                "zip", existing_type=sa.String(10), type_=sa.Integer(), nullable=False, postgresql_using="zip::integer"
            )
        """,
    "nullable_and_defaults": """
        op.execute("UPDATE customers SET age = 0 WHERE age IS NULL")
        with op.batch_alter_table("customers") as batch:
            batch.alter_column("age", existing_type=sa.Integer(), nullable=False, server_default=sa.text("18"))
            batch.alter_column(
                "country", existing_type=sa.String(2), nullable=True, existing_server_default="DE",
                server_default=None,
            )
        with op.batch_alter_table("products") as batch:
            batch.alter_column(
                "active", existing_type=sa.Boolean(), existing_nullable=False, existing_server_default=sa.true(),
                server_default=sa.false(),
            )
        """,
    "indexes": """
        op.create_index("ix_customers_name", "customers", ["name", "country"])
        op.create_index("uq_categories_title", "categories", ["title"], unique=True)
        op.drop_index("ix_customers_country", table_name="customers")
        op.create_index("ix_customers_country", "customers", ["country", "status"])
        op.drop_index("ix_orders_state", table_name="orders")
        """,
    "link_tables": """
        op.create_table(
            "carriers",
            sa.Column("id", sa.Integer(), primary_key=True),
            sa.Column("title", sa.String(40), nullable=False),
        )
        with op.batch_alter_table("orders") as batch:
            batch.add_column(sa.Column("carrier_id", sa.Integer(), nullable=True))
            batch.create_index("ix_orders_carrier", ["carrier_id"])
            batch.create_foreign_key("fk_orders_carrier", "carriers", ["carrier_id"], ["id"], ondelete="SET NULL")
        with op.batch_alter_table("orders") as batch:
            batch.add_column(sa.Column("address_id", sa.Integer(), nullable=True))
            batch.create_foreign_key("fk_orders_address", "addresses", ["address_id"], ["id"])
        """,
    "unlink_tables": """
        with op.batch_alter_table("addresses") as batch:
            batch.drop_constraint("fk_addresses_customer", type_="foreignkey")
            batch.drop_index("ix_addresses_customer")
            batch.drop_column("customer_id")
        with op.batch_alter_table("categories") as batch:
            batch.drop_constraint("fk_categories_parent", type_="foreignkey")
            batch.drop_index("ix_categories_parent")
        """,
    "replace_foreign_keys": """
        with op.batch_alter_table("orders") as batch:
            batch.drop_constraint("fk_orders_customer", type_="foreignkey")
            batch.create_foreign_key("fk_orders_customer", "customers", ["customer_id"], ["id"], ondelete="CASCADE")
        with op.batch_alter_table("products") as batch:
            batch.drop_constraint("fk_products_category", type_="foreignkey")
        op.execute("UPDATE products SET category_id = 1 WHERE category_id IS NULL")
        with op.batch_alter_table("products") as batch:
            batch.alter_column("category_id", existing_type=sa.Integer(), nullable=False)
            batch.create_foreign_key("fk_products_category_id", "categories", ["category_id"], ["id"])
        """,
    "replace_constraints": """
        with op.batch_alter_table("customers") as batch:
            batch.drop_constraint("uq_customers_email", type_="unique")
            batch.create_unique_constraint("uq_customers_email_country", ["email", "country"])
        with op.batch_alter_table("products") as batch:
            batch.drop_constraint("ck_products_price", type_="check")
            batch.create_check_constraint("ck_products_price_range", "price >= 0 AND price < 100000")
        """,
    "replace_unique_column": """
        op.add_column("products", sa.Column("code", sa.String(20)))
        op.execute("UPDATE products SET code = LOWER(sku)")
        with op.batch_alter_table("products") as batch:
            batch.alter_column("code", existing_type=sa.String(20), nullable=False)
            batch.create_unique_constraint("uq_products_code", ["code"])
        with op.batch_alter_table("products") as batch:
            batch.drop_constraint("uq_products_sku", type_="unique")
            batch.drop_column("sku")
        """,
    "enum_new_value": """
        op.add_column("customers", sa.Column("since", sa.Date()))
        if dialect == "postgresql":
            op.execute("ALTER TYPE customer_status ADD VALUE 'deleted'")
        else:
            with op.batch_alter_table("customers") as batch:
                batch.alter_column(
                    "status",
                    existing_type=sa.Enum("active", "blocked", name="customer_status"),
                    type_=sa.Enum("active", "blocked", "deleted", name="customer_status"),
                    existing_nullable=False, existing_server_default="active",
                )
        op.execute("UPDATE customers SET since = '2024-01-01'")
        """,
    "enum_replaced": """
        if dialect == "postgresql":
            op.execute("ALTER TABLE customers ALTER COLUMN status DROP DEFAULT")
            op.execute("ALTER TYPE customer_status RENAME TO customer_status_old")
            op.execute("CREATE TYPE customer_status AS ENUM ('on', 'off')")
            op.execute(
                "ALTER TABLE customers ALTER COLUMN status TYPE customer_status"
                " USING (CASE status WHEN 'active' THEN 'on' ELSE 'off' END)::customer_status"
            )
            op.execute("ALTER TABLE customers ALTER COLUMN status SET DEFAULT 'on'")
            op.execute("DROP TYPE customer_status_old")
        else:
            both = sa.Enum("active", "blocked", "on", "off", name="customer_status")
            with op.batch_alter_table("customers") as batch:
                batch.alter_column(
                    "status", existing_type=sa.Enum("active", "blocked", name="customer_status"), type_=both,
                    existing_nullable=False, server_default=None,
                )
            op.execute("UPDATE customers SET status = CASE status WHEN 'active' THEN 'on' ELSE 'off' END")
            with op.batch_alter_table("customers") as batch:
                batch.alter_column(
                    "status", existing_type=both, type_=sa.Enum("on", "off", name="customer_status"),
                    existing_nullable=False, server_default="on",
                )
        """,
    "rows_only": """
        op.execute("UPDATE customers SET country = 'XX' WHERE age IS NULL")
        op.execute("DELETE FROM order_items WHERE order_id = 1")
        op.execute("INSERT INTO settings (name, value) VALUES ('theme', 'dark')")
        op.execute(sa.text("UPDATE settings SET value = :new WHERE name = 'vat'").bindparams(new="20"))
        """,
    "rows_and_columns": """
        op.execute("UPDATE orders SET state = 'open' WHERE state = 'new'")
        op.add_column("orders", sa.Column("closed_at", sa.DateTime()))
        op.execute("INSERT INTO settings (name, value) VALUES ('theme', 'dark')")
        op.execute("DELETE FROM addresses WHERE city IS NULL")
        with op.batch_alter_table("addresses") as batch:
            batch.alter_column("city", existing_type=sa.String(60), nullable=False)
            batch.drop_column("zip")
        op.execute("UPDATE customers SET note = 'moved' WHERE id = 1")
        """,
    "seeds": """
        settings = sa.table("settings", sa.column("name", sa.String), sa.column("value", sa.String))
        op.bulk_insert(settings, [{"name": "theme", "value": "dark"}, {"name": "lang", "value": "de"}])
        op.create_table(
            "countries", sa.Column("code", sa.String(2), primary_key=True), sa.Column("title", sa.String(40))
        )
        categories = sa.table("categories", sa.column("parent_id", sa.Integer), sa.column("title", sa.String))
        if dialect == "postgresql":
            op.execute("SELECT setval(pg_get_serial_sequence('categories', 'id'), max(id) + 1, false) FROM categories")
        op.bulk_insert(categories, [{"parent_id": None, "title": "Books"}, {"parent_id": None, "title": "Other"}])
        op.add_column("categories", sa.Column("position", sa.Integer(), server_default=sa.text("0")))
        """,
    "raw_sql": """
        op.execute("CREATE TABLE payments (id INTEGER NOT NULL PRIMARY KEY, order_id INTEGER NOT NULL, paid INTEGER)")
        op.execute("INSERT INTO payments (id, order_id, paid) SELECT id, id, 0 FROM orders")
        op.execute("ALTER TABLE orders RENAME COLUMN state TO status")
        op.execute("UPDATE payments SET paid = 1 WHERE order_id IN (SELECT id FROM orders WHERE status = 'paid')")
        op.execute("CREATE UNIQUE INDEX ux_payments_order ON payments (order_id)")
        op.execute("ALTER TABLE customers DROP COLUMN note")
        op.execute("DELETE FROM settings WHERE name = 'vat'")
        op.execute("CREATE VIEW unpaid AS SELECT order_id FROM payments WHERE paid = 0")
        """,
    "batch": """
        with op.batch_alter_table("customers", schema=None) as batch:
            batch.add_column(sa.Column("phone", sa.String(30), nullable=True))
            batch.alter_column("name", existing_type=sa.String(80), type_=sa.String(120), existing_nullable=False)
            batch.alter_column("email", new_column_name="mail", existing_type=sa.String(100), existing_nullable=False)
            batch.drop_index("ix_customers_country")
            batch.create_index("ix_customers_phone", ["phone"])
            batch.drop_column("note")
        with op.batch_alter_table("orders", schema=None) as batch:
            batch.drop_constraint("fk_orders_customer", type_="foreignkey")
            batch.add_column(sa.Column("version", sa.Integer(), nullable=False, server_default=sa.text("1")))
        """,
    "replace_view": """
        op.execute("DROP VIEW order_sizes")
        op.execute("ALTER TABLE order_items RENAME COLUMN quantity TO pieces")
        op.add_column("order_items", sa.Column("price", sa.Numeric(10, 2)))
        op.execute(
            "CREATE VIEW order_sizes AS"
            " SELECT order_id, sum(pieces) AS pieces, sum(price) AS price FROM order_items GROUP BY order_id"
        )
        op.execute("CREATE VIEW adults AS SELECT id, name FROM customers WHERE age >= 18")
        """,
    "rows_in_python": """
        with op.batch_alter_table("customers") as batch:
            batch.alter_column("name", new_column_name="full_name", existing_type=sa.String(80), existing_nullable=False)
            batch.add_column(sa.Column("initials", sa.String(10)))
        connection = op.get_bind()
        customers = sa.table("customers", *map(sa.column, ("id", "full_name", "initials")))
        for row in connection.execute(sa.select(customers.c.id, customers.c.full_name).order_by(customers.c.id)).all():
            initials = "".join(word[0] for word in row.full_name.split())
            connection.execute(customers.update().where(customers.c.id == row.id).values(initials=initials))
        with op.batch_alter_table("customers") as batch:
            batch.alter_column("initials", existing_type=sa.String(10), nullable=False)
        """,
    "another_primary_key": """
        if dialect == "sqlite":
            op.create_table(
                "settings_new",
                sa.Column("id", sa.Integer(), primary_key=True),
                sa.Column("name", sa.String(40), nullable=False, unique=True),
                sa.Column("value", sa.String(200)),
            )
            op.execute("INSERT INTO settings_new (name, value) SELECT name, value FROM settings")
            op.drop_table("settings")
            op.rename_table("settings_new", "settings")
        elif dialect == "mysql":
            op.execute("ALTER TABLE settings DROP PRIMARY KEY")
            op.execute("ALTER TABLE settings ADD COLUMN id INTEGER NOT NULL AUTO_INCREMENT PRIMARY KEY FIRST")
            op.create_unique_constraint("uq_settings_name", "settings", ["name"])
        else:
            op.drop_constraint("settings_pkey", "settings", type_="primary")
            op.execute("ALTER TABLE settings ADD COLUMN id SERIAL PRIMARY KEY")
            op.create_unique_constraint("uq_settings_name", "settings", ["name"])
        """,
}
SOME = (
    "rename_and_drop_column",
    "type_with_data",
    "rows_and_columns",
    "raw_sql",
    "batch",
    "drop_tables",
)


def body(name: str) -> str:
    """Return the body of a revision's ``upgrade``."""
    return DIALECT + dedent(REVISIONS[name]).strip()


ABOUT = ("nullable", "default", "autoincrement", "comment", "identity", "computed")  # what is said of a column
Fact = tuple[str, str, str]  # a kind, a table, a name


def facts(connection: Connection) -> dict[Fact, str]:
    """Return all that a database holds, without the tables of dbtasks: its schema by reflection, and every row."""
    inspector = inspect(connection)
    those = (*_columns(inspector), *_keys(inspector), *_others(inspector), *_rows(connection, inspector))
    return {fact: repr(said) for fact, said in those if not fact[1].startswith(OWN)}


def _columns(inspector: Inspector) -> Iterator[tuple[Fact, object]]:
    for (_, table), columns in inspector.get_multi_columns().items():
        yield ("order of columns", table, ""), [one["name"] for one in columns]
        for one in columns:
            about = {key: value for key, value in one.items() if key in ABOUT and value is not None}
            yield ("column", table, one["name"]), (one["type"].compile(inspector.bind.dialect), about)


def _keys(inspector: Inspector) -> Iterator[tuple[Fact, object]]:
    for (_, table), key in inspector.get_multi_pk_constraint().items():
        yield ("primary key", table, ""), key and (key["name"], key["constrained_columns"])
    for (_, table), keys in inspector.get_multi_foreign_keys().items():
        for one in keys:
            to = one["referred_table"], one["referred_columns"], one.get("options")
            yield ("foreign key", table, str(one["name"])), (one["constrained_columns"], *to)


def _others(inspector: Inspector) -> Iterator[tuple[Fact, object]]:
    for (_, table), indexes in inspector.get_multi_indexes().items():
        yield from ((("index", table, str(one["name"])), (one["column_names"], one["unique"])) for one in indexes)
    for (_, table), uniques in inspector.get_multi_unique_constraints().items():
        yield from ((("unique", table, str(one["name"])), one["column_names"]) for one in uniques)
    for (_, table), checks in inspector.get_multi_check_constraints().items():
        yield from ((("check", table, str(one["name"] or one["sqltext"])), one["sqltext"]) for one in checks)
    for view in inspector.get_view_names():
        yield ("view", view, ""), inspector.get_view_definition(view)
    for enum in getattr(inspector, "get_enums", list)():
        yield ("enum", str(enum["name"]), ""), enum["labels"]


def _rows(connection: Connection, inspector: Inspector) -> Iterator[tuple[Fact, object]]:
    quote = connection.dialect.identifier_preparer.quote_identifier
    for (_, table), columns in inspector.get_multi_columns().items():
        if not table.startswith(OWN):
            names = ", ".join(quote(name) for name in sorted(str(one["name"]) for one in columns))
            rows = connection.exec_driver_sql(f"SELECT {names} FROM {quote(table)}").mappings()
            for row, times in Counter(str(dict(one)) for one in rows).items():
                yield ("row", table, row), times


def differences(before: dict[Fact, str], after: dict[Fact, str]) -> list[str]:
    """Return what is not as it was before."""
    return [
        f"{' '.join(filter(None, name))}: {before.get(name, 'was not there')} -> {after.get(name, 'is gone')}"
        for name in sorted({*before, *after})
        if before.get(name) != after.get(name)
    ]
