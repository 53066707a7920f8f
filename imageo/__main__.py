"""`python -m imageo`."""

from imageo.cli.main import main

main()
