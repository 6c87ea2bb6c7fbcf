from services.billing.currency import Currency

CURRENCY = Currency()
