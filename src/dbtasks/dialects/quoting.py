"""A text as SQL writes it; names are quoted by each dialect in its own way."""


def literal(value: object) -> str:
    """Return it in quotes, with those that are in it doubled, as every database reads them."""
    return "'" + str(value).replace("'", "''") + "'"
