"""Write the question bank: ``python -m coursework.bank --out DIR``."""

import argparse
from pathlib import Path

from coursework.bank import export

parser = argparse.ArgumentParser(prog="python -m coursework.bank", description=__doc__)
parser.add_argument(
    "--out", type=Path, required=True, metavar="DIR", help="for bank.gift, bank.zip"
)
for path in export.write(parser.parse_args().out):
    print(path)
