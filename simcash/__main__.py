"""`python -m simcash` is the command line."""

from simcash.cli import main

main()
