"""Makes the package `symbolic_answers` beside this file importable: an oracle."""

import sys
from pathlib import Path

sys.path.append(str(Path(__file__).parent))
