from sqlalchemy import Column, Integer, MetaData, Table

metadata = MetaData()
tag = Table("tag", metadata, Column("id", Integer, primary_key=True))
