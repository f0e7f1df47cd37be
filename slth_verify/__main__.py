"""``python -m slth_verify`` is ``slth-verify``."""

from slth_verify.cli import main

if __name__ == "__main__":
    main()
