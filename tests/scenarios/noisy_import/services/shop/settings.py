"""What an application does when it is imported: it logs its configuration."""

import logging
import os
import sys
import warnings

logging.basicConfig(level=logging.DEBUG)
logging.warning("the database is %s", os.environ["DATABASE_URL"])
print("connecting to", os.environ["DATABASE_URL"])
sys.stderr.write(os.environ["DATABASE_URL"])
warnings.warn(os.environ["DATABASE_URL"])
