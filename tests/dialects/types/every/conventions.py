from sqlalchemy import Boolean, CheckConstraint, Enum, ForeignKey, MetaData, String, UniqueConstraint
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column


class Base(DeclarativeBase):
    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(column_0_label)s",
            "uq": "uq_%(table_name)s_%(column_0_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
            "pk": "pk_%(table_name)s",
        }
    )


class Group(Base):
    __tablename__ = "convention_group"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(20), unique=True)


class Member(Base):
    __tablename__ = "convention_member"
    __table_args__ = (
        UniqueConstraint("name", "group_id"),
        CheckConstraint("age > 0", name="age"),
        CheckConstraint("age < 200", name="age_limit"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    group_id: Mapped[int] = mapped_column(ForeignKey("convention_group.id"), index=True)
    name: Mapped[str] = mapped_column(String(20), index=True)
    age: Mapped[int | None]
    active: Mapped[bool] = mapped_column(Boolean(create_constraint=True, name="active"))
    kind: Mapped[str] = mapped_column(Enum("a", "b", native_enum=False, create_constraint=True, name="kind"))
    state: Mapped[str] = mapped_column(Enum("a", "b", name="convention_state"))


class MemberOfAnAssociationWithAVeryLongName(Base):
    __tablename__ = "convention_member_of_an_association_with_a_very_long_name"

    id: Mapped[int] = mapped_column(primary_key=True)
    reference_to_the_member: Mapped[int] = mapped_column(ForeignKey("convention_member.id"), index=True)


metadata = Base.metadata
