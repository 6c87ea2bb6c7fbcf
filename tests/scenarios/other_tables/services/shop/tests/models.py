class Fake(Base):
    __tablename__ = "fake"
