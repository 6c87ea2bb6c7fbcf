"""Vector databases, and which of their documents reach whom."""

from enum import StrEnum

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from services.common.base import Base
from services.common.types import StringList, enum_type


class VectorDBType(StrEnum):
    """The products that can be governed."""

    OPENSEARCH = "OPENSEARCH"
    MILVUS = "MILVUS"


class MetadataKeyType(StrEnum):
    """Who brought a metadata key in."""

    SYSTEM_DEFINED = "SYSTEM_DEFINED"
    USER_DEFINED = "USER_DEFINED"


class VectorDB(Base):
    """A vector database that applications retrieve documents from."""

    __tablename__ = "vector_db"

    name: Mapped[str]
    type: Mapped[VectorDBType] = mapped_column(enum_type(VectorDBType, name="ck_vector_db_type"))
    user_enforcement: Mapped[str]
    group_enforcement: Mapped[str]


class VectorDBPolicy(Base):
    """Who may and who may not see the documents whose metadata fits a condition."""

    __tablename__ = "vector_db_policy"

    vector_db_id: Mapped[int] = mapped_column(ForeignKey("vector_db.id", ondelete="CASCADE"))
    metadata_key: Mapped[str]
    metadata_value: Mapped[str]
    operator: Mapped[str]
    allowed_users: Mapped[list[str] | None] = mapped_column(StringList(255))
    allowed_groups: Mapped[list[str] | None] = mapped_column(StringList(255))
    allowed_roles: Mapped[list[str] | None] = mapped_column(StringList(255))
    denied_users: Mapped[list[str] | None] = mapped_column(StringList(255))
    denied_groups: Mapped[list[str] | None] = mapped_column(StringList(255))
    denied_roles: Mapped[list[str] | None] = mapped_column(StringList(255))


class VectorDBMetadataKey(Base):
    """A metadata field that conditions can ask for."""

    __tablename__ = "vector_db_metadata_key"

    name: Mapped[str]
    type: Mapped[MetadataKeyType] = mapped_column(enum_type(MetadataKeyType, name="ck_vector_db_metadata_key_type"))
    data_type: Mapped[str]


class VectorDBMetadataValue(Base):
    """A value that a metadata field can have."""

    __tablename__ = "vector_db_metadata_value"

    metadata_id: Mapped[int] = mapped_column(ForeignKey("vector_db_metadata_key.id", ondelete="CASCADE"))
    metadata_value: Mapped[str]
