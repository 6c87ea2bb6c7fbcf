import sqlalchemy as sa

revision = "1"
down_revision = None
fake = sa.Table("fake", sa.MetaData(), sa.Column("id", sa.Integer))
