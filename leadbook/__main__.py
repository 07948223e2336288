"""``python -m leadbook``."""

from leadbook.cli import main

if __name__ == "__main__":
    main()
