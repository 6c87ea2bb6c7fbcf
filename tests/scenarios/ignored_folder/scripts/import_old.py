from sqlalchemy import Column, Integer, MetaData, Table

old = Table("old_item", MetaData(), Column("id", Integer))
