from sqlalchemy.orm import declared_attr


class Named:
    @declared_attr.directive
    def __tablename__(cls) -> str:
        return cls.__name__.lower()
