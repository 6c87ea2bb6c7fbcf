"""Who works with the product: tenants, users and groups."""
