from services.shop.database.db_models.item_model import Item

__all__ = ["Item"]
