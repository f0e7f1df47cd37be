"""``slth-verify``, and ``python -m slth_verify``: ended in silence from the first."""

import signal


def main() -> None:
    """Entry point of ``slth-verify``; Ctrl-C is answered once commands are loaded.

    Until then it ends the process, which has done nothing, without a traceback.
    """
    if signal.getsignal(signal.SIGINT) is signal.default_int_handler:
        signal.signal(signal.SIGINT, signal.SIG_DFL)
    from slth_verify.cli import main as answered

    answered()


if __name__ == "__main__":
    main()
