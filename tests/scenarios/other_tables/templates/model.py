class {{ name }}(Base):
    __tablename__ = "{{ table }}"
