"""A table without a class."""

from sqlalchemy import Column, Integer, MetaData, Table

metadata = MetaData()
link = Table("link", metadata, Column("id", Integer, primary_key=True))
