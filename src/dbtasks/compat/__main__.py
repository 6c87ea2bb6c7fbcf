"""The process of the old code: ``python -m dbtasks.compat``, with a request on its standard input."""

import signal
import sys

from dbtasks.compat import inside

if __name__ == "__main__":
    # Whoever started it stops it by this, also where Ctrl-C is ignored.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    inside.answer(sys.stdin.read())
