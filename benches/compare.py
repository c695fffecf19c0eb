"""The same work with this client and its rivals, against the same server, in rounds that take turns: `make bench`, or see `--help`."""

from compare.cli import main

if __name__ == "__main__":
    raise SystemExit(main())
