from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column


class Base(DeclarativeBase):
    pass


class Inner(Base):
    __tablename__ = "inner_target"

    id: Mapped[int] = mapped_column(primary_key=True)
