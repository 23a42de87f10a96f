from __future__ import annotations

import sys

from .app import app

sys.exit(app.run())
