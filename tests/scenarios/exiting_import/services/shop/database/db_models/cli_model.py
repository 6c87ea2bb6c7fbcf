from services.shop import cli

COMMAND = cli
