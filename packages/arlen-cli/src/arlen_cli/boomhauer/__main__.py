"""``python -m arlen_cli.boomhauer`` is ``boomhauer``."""

import sys

from . import main

if __name__ == "__main__":
    sys.exit(main())
