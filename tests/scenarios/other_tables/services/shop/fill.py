import sqlalchemy as sa


def fill(connection):
    item = sa.Table("item", sa.MetaData(), autoload_with=connection)
    late = sa.Table("old_item", sa.MetaData(), sa.Column("id", sa.Integer))
    connection.execute(item.insert().from_select(["id"], sa.select(late)))
