"""Changes that a deploy may bring, one table each: what the model was, what it is, the revision, and what breaks."""

from dataclasses import dataclass, field
from textwrap import dedent, indent

HEADER = """
import enum

from sqlalchemy import (
    JSON, BigInteger, Boolean, CheckConstraint, Column, Computed, Date, DateTime, Enum, Float, ForeignKey, Identity, Index,
    Integer, Sequence, Interval, LargeBinary, MetaData, Numeric, SmallInteger, String, Table, Text, Time, TypeDecorator,
    UniqueConstraint, Uuid, func, text,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column


class Base(DeclarativeBase):
    metadata = MetaData(naming_convention={"ix": "ix_%(table_name)s_%(column_0_name)s", "uq": "uq_%(table_name)s_%(column_0_name)s", "ck": "ck_%(table_name)s_%(constraint_name)s", "fk": "fk_%(table_name)s_%(column_0_name)s"})


class SealedText(TypeDecorator):
    impl = String(40)
    cache_ok = True

    def process_bind_param(self, value, dialect):
        raise RuntimeError("no key")


class Letters(enum.Enum):
    a = "alpha"
    b = "beta"

"""
ALL = ("sqlite", "postgresql", "mysql")
SERVERS = ("postgresql", "mysql")


@dataclass(frozen=True)
class Case:
    """One table.

    Attributes:
        old: the columns of its model at the ref.
        new: those of its model now; None when the class is gone.
        up: what the revision does, with ``t`` for the table in batch mode; by dialect where it differs.
        breaks: the codes and items that are found, by dialect where that differs.
        only: the dialects that it is for, or the products where one of a dialect has what another has not.
        given: what the old code gives for the columns when it makes a row.
    """

    name: str
    old: str
    new: str | None
    up: str | dict[str, str]
    breaks: set[tuple[str, str]] | dict[str, set[tuple[str, str]]] = field(default_factory=set)
    only: tuple[str, ...] = ALL
    given: str = ""

    def expected(self, dialect: str) -> set[tuple[str, str]]:
        """Return what is found on a dialect."""
        return self.breaks.get(dialect, set()) if isinstance(self.breaks, dict) else self.breaks

    def operations(self, dialect: str) -> str:
        """Return the lines of the revision for a dialect."""
        up = self.up.get(dialect, "") if isinstance(self.up, dict) else self.up
        up = dedent(up).strip()
        if up.startswith("t."):
            up = f"with op.batch_alter_table({self.name!r}) as t:\n{indent(up, '    ')}"
        return up


def model(name: str, body: str) -> str:
    """Return a class with its columns; a body that is a whole statement stands as it is."""
    body = dedent(body).strip()
    if body.startswith(("class ", "Table(", name)):
        return f"{body}\n\n\n"
    own = "" if "primary_key" in body else "id: Mapped[int] = mapped_column(primary_key=True)\n"
    lines = indent(f'__tablename__ = "{name.rpartition(".")[2]}"\n{own}{body}', "    ")
    return f"class {class_of(name)}(Base):\n{lines}\n\n\n"


def class_of(name: str) -> str:
    """Return the name of a table's class."""
    return name.title().replace("_", "").replace(".", "")


def column(name: str, kind: str, extra: str = "", null: bool = False) -> str:
    """Return the line of a column."""
    return f"{name} = mapped_column({', '.join(one for one in (kind, extra, f'nullable={null}') if one)})"


def enum_change(table: str, old: str, new: str) -> dict[str, str]:
    """Return how an enum gets other members, on each dialect."""
    listed = ", ".join(f"'{one}'" for one in new.split())
    was = ", ".join(f"'{one}'" for one in old.split())
    return {
        "sqlite": f"""
            t.drop_constraint('ck_{table}_kind_{table}', type_='check')
            t.create_check_constraint('ck_{table}_kind_{table}', "kind IN ({listed})")
            """,
        "postgresql": f"""
            op.execute("ALTER TABLE {table} ALTER COLUMN kind TYPE VARCHAR(20)")
            op.execute("DROP TYPE kind_{table}")
            op.execute("CREATE TYPE kind_{table} AS ENUM ({listed})")
            op.execute("ALTER TABLE {table} ALTER COLUMN kind TYPE kind_{table} USING kind::kind_{table}")
            """,
        "mysql": f"""op.alter_column('{table}', 'kind', type_=sa.Enum({listed}), existing_type=sa.Enum({was}), existing_nullable=False)""",
    }


def kind(table: str, members: str) -> str:
    """Return the column of an enum that the database knows."""
    listed = ", ".join(f"'{one}'" for one in members.split())
    return column("kind", f"Enum({listed}, name='kind_{table}', create_constraint=True)")


NARROWED = {one: {("type-narrowed", "a")} for one in SERVERS}  # SQLite takes any length
S20, S50 = "String(20)", "String(50)"
VIEW = "op.create_table('{0}', sa.Column('id', sa.Integer, primary_key=True))"
TRIGGER = {
    "sqlite": """op.execute("CREATE TRIGGER no_{0} BEFORE INSERT ON {0} BEGIN SELECT RAISE(ABORT, 'closed'); END")""",
    "mysql": """op.execute("CREATE TRIGGER no_{0} BEFORE INSERT ON {0} FOR EACH ROW SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = 'closed'")""",
    "postgresql": """
        op.execute("CREATE FUNCTION no_{0}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'closed'; END $$")
        op.execute("CREATE TRIGGER no_{0} BEFORE INSERT ON {0} FOR EACH ROW EXECUTE FUNCTION no_{0}()")
        """,
}

BREAKING = (
    Case("gone_column", column("a", S20), "", "t.drop_column('a')", {("column-missing", "a")}, given="a='x'"),
    Case("gone_table", column("a", S20), None, "op.drop_table('gone_table')", {("table-missing", "")}, given="a='x'"),
    Case(
        "old_name",
        column("a", S20),
        "__tablename__ = 'new_name'\n" + column("a", S20),
        "op.rename_table('old_name', 'new_name')",
        {("table-missing", "")},
        given="a='x'",
    ),
    Case(
        "renamed_column",
        column("a", S20),
        column("b", S20),
        "t.alter_column('a', new_column_name='b', existing_type=sa.String(20), existing_nullable=False)",
        {("column-missing", "a"), ("column-required", "b")},
        given="a='x'",
    ),
    Case(
        "required",
        "",
        column("n", "Integer"),
        "t.add_column(sa.Column('n', sa.Integer(), nullable=False))",
        {("column-required", "n")},
    ),
    Case(
        "two_causes",
        column("a", S20, null=True),
        column("a", S20) + "\n" + column("n", "Integer"),
        "t.add_column(sa.Column('n', sa.Integer(), nullable=False))\nt.alter_column('a', nullable=False, existing_type=sa.String(20))",
        {("column-required", "n"), ("null-refused", "a")},
    ),
    Case(
        "not_null",
        column("a", S20, null=True),
        column("a", S20),
        "t.alter_column('a', nullable=False, existing_type=sa.String(20))",
        {("null-refused", "a")},
    ),
    Case(
        "not_null_with_default",
        column("a", S20, null=True),
        column("a", S20, "server_default='x'"),
        "t.alter_column('a', nullable=False, existing_type=sa.String(20), server_default='x')",
        {("null-refused", "a")},
    ),
    Case(
        "lost_default",
        column("a", S20, "server_default='x'"),
        column("a", S20),
        "t.alter_column('a', server_default=None, existing_type=sa.String(20), existing_nullable=False)",
        {("default-missing", "a")},
    ),
    Case(
        "lost_default_of_null",
        column("a", S20, "server_default='x'", null=True),
        column("a", S20, null=True),
        "t.alter_column('a', server_default=None, existing_type=sa.String(20))",
        {("default-missing", "a")},
    ),
    Case(
        "lost_counter",
        "",
        "id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)",
        {
            "postgresql": "op.execute('ALTER TABLE lost_counter ALTER COLUMN id DROP DEFAULT')",
            "mysql": "op.execute('ALTER TABLE lost_counter MODIFY id INTEGER NOT NULL')",
        },
        {("default-missing", "id")},
        only=SERVERS,
    ),
    Case(
        "shorter",
        column("a", S50),
        column("a", S20),
        "t.alter_column('a', type_=sa.String(20), existing_type=sa.String(50), existing_nullable=False)",
        NARROWED,
        given="a='x'",
    ),
    Case(
        "shorter_text",
        column("a", "Text"),
        column("a", S20),
        "t.alter_column('a', type_=sa.String(20), existing_type=sa.Text(), existing_nullable=False)",
        NARROWED,
        given="a='x'",
    ),
    Case(
        "sealed",
        column("a", "SealedText"),
        column("a", S20),
        "t.alter_column('a', type_=sa.String(20), existing_type=sa.String(40), existing_nullable=False)",
        NARROWED,
    ),
    Case(
        "fewer_digits",
        column("a", "Numeric(10, 4)", null=True),
        column("a", "Numeric(10, 2)", null=True),
        "t.alter_column('a', type_=sa.Numeric(10, 2), existing_type=sa.Numeric(10, 4))",
        NARROWED,
    ),
    Case(
        "smaller_integer",
        column("a", "BigInteger"),
        column("a", "SmallInteger"),
        "t.alter_column('a', type_=sa.SmallInteger(), existing_type=sa.BigInteger(), existing_nullable=False)",
        NARROWED,
        given="a=1",
    ),
    Case(
        "smaller_bytes",
        column("a", "LargeBinary(100)", null=True),
        column("a", "LargeBinary(10)", null=True),
        {
            "mysql": "op.execute('ALTER TABLE smaller_bytes MODIFY a VARBINARY(10)')",
        },
        {("type-narrowed", "a")},
        only=("mysql",),
    ),
    Case(
        "lost_zone",
        column("a", "DateTime(timezone=True)"),
        column("a", "DateTime"),
        "t.alter_column('a', type_=sa.DateTime(), existing_type=sa.DateTime(timezone=True), existing_nullable=False)",
        {"postgresql": {("type-changed", "a")}},
        given="a=datetime.datetime.now(datetime.UTC)",
    ),
    Case(
        "got_zone",
        column("a", "DateTime", null=True),
        column("a", "DateTime(timezone=True)", null=True),
        "t.alter_column('a', type_=sa.DateTime(timezone=True), existing_type=sa.DateTime())",
        {"postgresql": {("type-changed", "a")}},
    ),
    Case(
        "number_to_text",
        column("a", "Integer"),
        column("a", S20),
        "t.alter_column('a', type_=sa.String(20), existing_type=sa.Integer(), existing_nullable=False, postgresql_using='a::varchar')",
        {("type-changed", "a")},
        given="a=1",
    ),
    Case(
        "lost_search",
        column("a", "JSONB(none_as_null=True)", null=True),
        column("a", "JSON(none_as_null=True)", null=True),
        "op.execute('ALTER TABLE lost_search ALTER COLUMN a TYPE JSON')",
        {("type-changed", "a")},
        only=("postgresql",),
    ),
    Case(
        "text_to_uuid",
        column("a", "String(36)", null=True),
        column("a", "Uuid", null=True),
        "op.execute('ALTER TABLE text_to_uuid ALTER COLUMN a TYPE UUID USING a::uuid')",
        {("type-changed", "a")},
        only=("postgresql",),
    ),
    Case(
        "text_to_enum",
        column("a", S20),
        column("a", "Enum('x', 'y', name='some_enum')"),
        "op.execute(\"CREATE TYPE some_enum AS ENUM ('x', 'y')\")\nop.execute('ALTER TABLE text_to_enum ALTER COLUMN a TYPE some_enum USING a::some_enum')",
        {("type-changed", "a")},
        only=("postgresql",),
        given="a='x'",
    ),
    Case(
        "lost_member",
        kind("lost_member", "a b c"),
        kind("lost_member", "a b"),
        enum_change("lost_member", "a b c", "a b"),
        {("enum-member-missing", "kind")},
        given="kind='a'",
    ),
    Case(
        "renamed_member",
        kind("renamed_member", "a b"),
        kind("renamed_member", "a z"),
        enum_change("renamed_member", "a b", "a z"),
        {d: {("enum-member-missing", "kind"), ("enum-member-new", "kind")} for d in ALL},
        given="kind='a'",
    ),
    Case(
        "new_member",
        kind("new_member", "a b"),
        kind("new_member", "a b c"),
        enum_change("new_member", "a b", "a b c"),
        {("enum-member-new", "kind")},
        given="kind='a'",
    ),
    Case(
        "all_members",
        kind("all_members", "a b"),
        kind("all_members", "x y"),
        enum_change("all_members", "a b", "x y"),
        {("enum-member-missing", "kind"), ("enum-member-new", "kind")},
        given="kind='a'",
    ),
    Case(
        "loose_lost_member",
        column("kind", "Enum('a', 'b', native_enum=False)"),
        column("kind", "Enum('a', native_enum=False, length=1)"),
        "",
        {("enum-member-missing", "kind")},
        given="kind='a'",
    ),
    Case(
        "loose_new_member",
        column("kind", "Enum(Letters, native_enum=False, values_callable=lambda one: [m.value for m in one])"),
        column("kind", "Enum('alpha', 'beta', 'c', native_enum=False, length=5)"),
        "",
        {("enum-member-new", "kind")},
        given="kind=models.Letters.a",
    ),
    Case(
        "new_unique",
        column("a", S20),
        column("a", S20, "unique=True"),
        "t.create_unique_constraint('uq_new_unique', ['a'])",
        {("constraint-new", "uq_new_unique")},
        given="a='x'",
    ),
    Case(
        "new_unique_index",
        column("a", S20),
        column("a", S20, "unique=True, index=True"),
        "op.create_index('ix_new_unique_index', 'new_unique_index', ['a'], unique=True)",
        {("constraint-new", "ix_new_unique_index")},
        given="a='x'",
    ),
    Case(
        "unique_expression",
        column("a", S20),
        column("a", S20),
        "op.execute('CREATE UNIQUE INDEX ix_lower ON unique_expression (lower(a))')",
        {("constraint-new", "ix_lower")},
        only=("sqlite", "postgresql"),
        given="a='x'",
    ),
    Case(
        "unique_of_all",
        column("a", S20)
        + "\n__table_args__ = (Index('ix_some', 'a', unique=True, sqlite_where=text(\"a > 'b'\"), postgresql_where=text(\"a > 'b'\")),)",
        column("a", S20, "unique=True"),
        "op.drop_index('ix_some', 'unique_of_all')\nop.create_index('ix_all', 'unique_of_all', ['a'], unique=True)",
        {("constraint-new", "ix_all")},
        only=("sqlite", "postgresql"),
        given="a='x'",
    ),
    Case(
        "new_check",
        column("a", "Integer"),
        column("a", "Integer"),
        "t.create_check_constraint('positive', 'a > 0')",
        {("constraint-new", "positive")},
        given="a=1",
    ),
    Case(
        "new_check_of_null",
        column("a", "Integer", null=True),
        column("a", "Integer", null=True),
        "t.create_check_constraint('large', 'a > 100')",
        {("constraint-new", "large")},
    ),
    Case(
        "new_reference",
        column("a", "Integer", null=True),
        column("a", "Integer", "ForeignKey('quiet.id')", null=True),
        "t.create_foreign_key('fk_new', 'quiet', ['a'], ['id'])",
        {("constraint-new", "fk_new")},
    ),
    Case(
        "stricter_reference",
        column("a", "Integer", "ForeignKey('quiet.id', ondelete='CASCADE')", null=True),
        column("a", "Integer", "ForeignKey('quiet.id')", null=True),
        "t.drop_constraint('fk_stricter_reference_a', type_='foreignkey')\nt.create_foreign_key('fk_stricter', 'quiet', ['a'], ['id'])",
        {("constraint-new", "fk_stricter")},
    ),
    Case(
        "one_default_for_all",
        "",
        column("n", S20, "server_default='x', unique=True"),
        "t.add_column(sa.Column('n', sa.String(20), server_default='x', nullable=False))\nt.create_unique_constraint('uq_one', ['n'])",
        {("constraint-new", "")},
    ),
    Case(
        "generated",
        column("a", "Integer") + "\n" + column("b", "Integer", null=True),
        column("a", "Integer") + "\n" + column("b", "Integer", "Computed('a * 2', persisted=True)", null=True),
        "t.drop_column('b')\nt.add_column(sa.Column('b', sa.Integer(), sa.Computed('a * 2', persisted=True)))",
        {("column-generated", "b")},
        given="a=1, b=2",
    ),
    Case(
        "generated_no_more",
        column("a", "Integer") + "\n" + column("b", "Integer", "Computed('a * 2', persisted=True)", null=True),
        column("a", "Integer") + "\n" + column("b", "Integer", null=True),
        "t.drop_column('b')\nt.add_column(sa.Column('b', sa.Integer()))",
        {("default-missing", "b")},
        given="a=1",
    ),
    Case(
        "sequence",
        column("n", "Integer", "Sequence('numbers')"),
        column("n", "Integer", "server_default='1'"),
        "op.execute('DROP SEQUENCE numbers')",
        {("statement-fails", "")},
        only=("postgresql", "mariadb"),
    ),
    Case(
        "order",
        column("group", S20),
        column("user", S20),
        "t.alter_column('group', new_column_name='user', existing_type=sa.String(20), existing_nullable=False)",
        {("column-missing", "group"), ("column-required", "user")},
        given="group='x'",
    ),
    Case(
        "number_to_uuid",
        "",
        "id = mapped_column(Uuid, primary_key=True, server_default=text('gen_random_uuid()'))",
        """
        op.execute("ALTER TABLE number_to_uuid ALTER COLUMN id DROP DEFAULT")
        op.execute("ALTER TABLE number_to_uuid ALTER COLUMN id TYPE UUID USING gen_random_uuid()")
        op.execute("ALTER TABLE number_to_uuid ALTER COLUMN id SET DEFAULT gen_random_uuid()")
        """,
        {("type-changed", "id")},
        only=("postgresql",),
    ),
    Case(
        "stats.count_of",
        "__table_args__ = {'schema': 'stats'}\n" + column("a", S20),
        "__table_args__ = {'schema': 'stats'}\n" + column("a", S20) + "\n" + column("n", "Integer"),
        "op.add_column('count_of', sa.Column('n', sa.Integer(), nullable=False), schema='stats')",
        {("column-required", "n")},
        only=("postgresql",),
        given="a='x'",
    ),
    Case(
        "animal",
        """
        class Animal(Base):
            __tablename__ = "animal"

            id: Mapped[int] = mapped_column(primary_key=True)
            kind = mapped_column(String(20), nullable=False)
            __mapper_args__ = {"polymorphic_on": "kind", "polymorphic_identity": "animal"}


        class Dog(Animal):
            __tablename__ = "dog"

            id: Mapped[int] = mapped_column(ForeignKey("animal.id"), primary_key=True)
            bark = mapped_column(String(20), nullable=False)
            __mapper_args__ = {"polymorphic_identity": "dog"}


        class Cat(Animal):
            lives = mapped_column(Integer)
            __mapper_args__ = {"polymorphic_identity": "cat"}
        """,
        """
        class Animal(Base):
            __tablename__ = "animal"

            id: Mapped[int] = mapped_column(primary_key=True)
            kind = mapped_column(String(20), nullable=False)
        """,
        "t.drop_column('lives')",
        {("column-missing", "lives")},
    ),
    Case(
        "counted_always",
        column("n", "Integer"),
        column("n", "Integer", "Identity(always=True)"),
        "op.execute('ALTER TABLE counted_always ALTER COLUMN n ADD GENERATED ALWAYS AS IDENTITY')",
        {("column-generated", "n")},
        only=("postgresql",),
        given="n=1",
    ),
    Case(
        "closed",
        "",
        "",
        {name: text.format("closed") for name, text in TRIGGER.items()},
        {("statement-fails", "")},
    ),
    Case(
        "unguessable",
        column("a", S20, null=True)
        + "\n"
        + column("b", S20)
        + "\n__table_args__ = (CheckConstraint(\"b LIKE 'X-%'\", name='shape'),)",
        column("a", S20) + "\n" + column("n", "Integer"),
        "t.alter_column('a', nullable=False, existing_type=sa.String(20))\nt.add_column(sa.Column('n', sa.Integer(), nullable=False))",
        {("column-required", "n"), ("null-refused", "a")},
        given="b='X-1'",
    ),
    Case(
        "plain_table",
        "plain_table = Table('plain_table', Base.metadata, Column('a', Integer, nullable=False), Column('b', Integer))",
        "plain_table = Table('plain_table', Base.metadata, Column('a', Integer, nullable=False))",
        "t.drop_column('b')",
        {("column-missing", "b")},
    ),
)

QUIET = (
    Case("quiet", "", "", ""),
    Case(
        "everything",
        "\n".join(
            (
                column("a", S20, "unique=True"),
                column("b", "Integer", "ForeignKey('quiet.id'), index=True"),
                column("c", "Numeric(8, 2)"),
                column("d", "JSON"),
                column("e", "Uuid"),
                column("f", "Date"),
                column("g", "Time"),
                column("h", "LargeBinary", null=True),  # some versions of aiomysql and PyMySQL cannot send bytes
                column("i", "Boolean", "default=False"),
                column("j", "Float"),
                column("k", "Interval"),
                column("l", "DateTime", "server_default=func.now()"),
                column("m", "SealedText", null=True),
                column("n", "Integer", "Computed('b + 1', persisted=True)", null=True),
                kind("everything", "a b"),
                "__table_args__ = (CheckConstraint('c > 0', name='paid'),)",
            )
        ),
        None,
        "",
    ),
    Case(
        "some_unique",
        column("a", S20)
        + "\n__table_args__ = (Index('ix_part', 'a', unique=True, sqlite_where=text(\"a > 'b'\"), postgresql_where=text(\"a > 'b'\")),)",
        column("a", S20),
        "t.add_column(sa.Column('z', sa.Integer()))",
        given="a='x'",
    ),
    Case(
        "two_keys",
        "a = mapped_column(Integer, primary_key=True)\nb = mapped_column(String(20), primary_key=True)",
        "a = mapped_column(BigInteger, primary_key=True, autoincrement=False)\nb = mapped_column(String(50), primary_key=True)",
        "t.alter_column('a', type_=sa.BigInteger(), existing_type=sa.Integer(), existing_nullable=False)\nt.alter_column('b', type_=sa.String(50), existing_type=sa.String(20), existing_nullable=False)",
        given="a=1, b='x'",
    ),
    Case(
        "checked_larger",
        column("a", "Integer") + "\n__table_args__ = (CheckConstraint('a > 0', name='more'),)",
        column("a", "Numeric(12, 0)") + "\n__table_args__ = (CheckConstraint('a > 0', name='more'),)",
        "t.alter_column('a', type_=sa.Numeric(12, 0), existing_type=sa.Integer(), existing_nullable=False)",
        given="a=1",
    ),
    Case(
        "either",
        column("a", "Integer", null=True)
        + "\n"
        + column("b", "Integer", null=True)
        + "\n__table_args__ = (CheckConstraint('a IS NULL OR b IS NULL', name='one'),)",
        column("a", "Integer", null=True),
        "t.add_column(sa.Column('c', sa.Integer()))",
    ),
    Case("new_null", "", column("n", "Integer", null=True), "t.add_column(sa.Column('n', sa.Integer()))"),
    Case(
        "new_default",
        "",
        column("n", "Integer", "server_default='0'"),
        "t.add_column(sa.Column('n', sa.Integer(), server_default='0', nullable=False))",
    ),
    Case(
        "new_generated",
        column("a", "Integer"),
        column("a", "Integer") + "\n" + column("n", "Integer", "Computed('a + 1', persisted=True)", null=True),
        "t.add_column(sa.Column('n', sa.Integer(), sa.Computed('a + 1', persisted=True)))",
        given="a=1",
    ),
    Case(
        "wider",
        column("a", S20),
        column("a", S50),
        "t.alter_column('a', type_=sa.String(50), existing_type=sa.String(20), existing_nullable=False)",
        given="a='x'",
    ),
    Case(
        "larger",
        column("a", "Integer"),
        column("a", "BigInteger"),
        "t.alter_column('a', type_=sa.BigInteger(), existing_type=sa.Integer(), existing_nullable=False)",
        given="a=1",
    ),
    Case(
        "more_digits",
        column("a", "Numeric(8, 2)"),
        column("a", "Numeric(12, 4)"),
        "t.alter_column('a', type_=sa.Numeric(12, 4), existing_type=sa.Numeric(8, 2), existing_nullable=False)",
        given="a=1",
    ),
    Case(
        "text_of_any_length",
        column("a", S20),
        column("a", "Text"),
        "t.alter_column('a', type_=sa.Text(), existing_type=sa.String(20), existing_nullable=False)",
        given="a='x'",
    ),
    Case(
        "null_now",
        column("a", S20),
        column("a", S20, null=True),
        "t.alter_column('a', nullable=True, existing_type=sa.String(20))",
        given="a='x'",
    ),
    Case(
        "other_default",
        column("a", S20, "server_default='x'"),
        column("a", S20, "server_default='y'"),
        "t.alter_column('a', server_default='y', existing_type=sa.String(20), existing_nullable=False)",
    ),
    Case(
        "own_default",
        column("a", S20, "default='x', server_default='x'"),
        column("a", S20, "default='x'"),
        "t.alter_column('a', server_default=None, existing_type=sa.String(20), existing_nullable=False)",
    ),
    Case(
        "new_index",
        column("a", S20),
        column("a", S20, "index=True"),
        "op.create_index('ix_new_index_a', 'new_index', ['a'])",
        given="a='x'",
    ),
    Case(
        "less_unique",
        column("a", S20, "unique=True"),
        column("a", S20),
        "t.drop_constraint('uq_less_unique_a', type_='unique')",
        given="a='x'",
    ),
    Case(
        "looser_unique",
        column("a", S20, "unique=True") + "\n" + column("b", S20),
        column("a", S20) + "\n" + column("b", S20),
        "t.drop_constraint('uq_looser_unique_a', type_='unique')\nt.create_unique_constraint('uq_looser', ['a', 'b'])",
        given="a='x', b='x'",
    ),
    Case(
        "unique_of_new",
        "",
        column("n", S20, "unique=True", null=True),
        "t.add_column(sa.Column('n', sa.String(20)))\nt.create_unique_constraint('uq_unique_of_new', ['n'])",
    ),
    Case(
        "check_of_new",
        "",
        column("n", "Integer", null=True),
        "t.add_column(sa.Column('n', sa.Integer()))\nt.create_check_constraint('ck_check_of_new', 'n > 0')",
    ),
    Case(
        "less_checked",
        column("a", "Integer") + "\n__table_args__ = (CheckConstraint('a > 0', name='more'),)",
        column("a", "Integer"),
        "t.drop_constraint('ck_less_checked_more', type_='check')",
        given="a=1",
    ),
    Case(
        "cascading",
        column("a", "Integer", "ForeignKey('quiet.id')", null=True),
        column("a", "Integer", "ForeignKey('quiet.id', ondelete='CASCADE')", null=True),
        "t.drop_constraint('fk_cascading_a', type_='foreignkey')\nt.create_foreign_key('fk_cascading_a', 'quiet', ['a'], ['id'], ondelete='CASCADE')",
    ),
    Case(
        "other_order",
        kind("other_order", "a b"),
        kind("other_order", "b a"),
        enum_change("other_order", "a b", "b a"),
        given="kind='a'",
    ),
    Case(
        "with_rows",
        column("a", S20, "unique=True"),
        column("a", S20, "unique=True"),
        "op.execute(\"INSERT INTO with_rows (a) VALUES ('a'), ('b'), ('c')\")",
        given="a='x'",
    ),
    Case(
        "filled_by_trigger",
        column("a", "Integer"),
        column("a", "Integer") + "\n" + column("n", "Integer"),
        {
            "mysql": """
                op.execute("ALTER TABLE filled_by_trigger ADD COLUMN n INTEGER NOT NULL")
                op.execute("CREATE TRIGGER fill BEFORE INSERT ON filled_by_trigger FOR EACH ROW SET NEW.n = NEW.a")
                """,
            "postgresql": """
                op.execute("ALTER TABLE filled_by_trigger ADD COLUMN n INTEGER NOT NULL")
                op.execute("CREATE FUNCTION fill() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN NEW.n := NEW.a; RETURN NEW; END $$")
                op.execute("CREATE TRIGGER fill BEFORE INSERT ON filled_by_trigger FOR EACH ROW EXECUTE FUNCTION fill()")
                """,
        },
        only=SERVERS,
        given="a=1",
    ),
    Case(
        "view_now",
        column("a", S20),
        column("a", S20),
        """
        op.rename_table('view_now', 'view_base')
        op.execute("CREATE VIEW view_now AS SELECT id, a FROM view_base")
        """,
        {"sqlite": {("statement-fails", "")}},
        given="a='x'",
    ),
)
CASES = (*BREAKING, *QUIET)
