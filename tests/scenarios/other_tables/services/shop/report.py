from rich.table import Table
from reportlab import platypus

prices = Table("Item", "Price")
page = platypus.Table("item", metadata)
