import enum

from sqlalchemy import Column, Enum, Integer, MetaData, Table

metadata = MetaData()


class Color(enum.Enum):
    RED = "red"
    GREEN = "green"


class Size(enum.StrEnum):
    SMALL = "small"
    LARGE = "it's large"


def values(members: type[enum.Enum]) -> list[str]:
    return [str(member.value) for member in members]


color = Enum(Color, name="color")

Table(
    "enum_native",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("words", Enum("a", "b", name="enum_words"), nullable=False),
    Column("by_default", Enum("a", "b", name="enum_default"), server_default="a", nullable=False),
    Column("members", color),
    Column("values", Enum(Size, name="size_values", values_callable=values), server_default=Size.LARGE.value),
    Column("unnamed_class", Enum(Size)),
    Column("awkward", Enum("it's", "50%", 'the "best"', "a,b", "", name="Awkward Enum")),
)

Table(
    "enum_again",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("members", color, server_default="GREEN"),
    Column("same", Enum("a", "b", name="enum_words")),
)

Table(
    "enum_check",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("named", Enum("a", "b", name="ck_enum_named", native_enum=False, create_constraint=True)),
    Column("unnamed", Enum("a", "b", native_enum=False, create_constraint=True)),
    Column("length", Enum(Color, name="ck_enum_length", native_enum=False, create_constraint=True, length=32)),
    Column("plain", Enum("a", "long one", native_enum=False)),
    Column("plain_length", Enum("a", "b", native_enum=False, length=16), server_default="b"),
    Column("values", Enum(Size, native_enum=False, values_callable=values, create_constraint=True, name="ck_enum_v")),
)
