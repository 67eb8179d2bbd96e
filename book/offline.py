"""Pack the built site into one file, which opens without a network: `make offline`."""

from pathlib import Path
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from book.contents import ROOT
from book.extension.in_the_browser import FOLDER as RUNNING

NAME = "understanding-lstm-networks"


def pack(site: Path, target: Path) -> None:
    """Write all files of a built site into a ZIP file, in one folder.

    The same site gives the same file: dates are left out. So is what cannot run from a disk.
    """
    with ZipFile(target, "w") as packed:
        for path in sorted(path for path in site.rglob("*") if path.is_file()):
            if path.is_relative_to(site / RUNNING):
                continue
            entry = ZipInfo(f"{NAME}/{path.relative_to(site).as_posix()}")
            entry.external_attr = 0o644 << 16
            packed.writestr(entry, path.read_bytes(), ZIP_DEFLATED)


if __name__ == "__main__":
    file = ROOT / "_build" / f"{NAME}.zip"
    pack(ROOT / "_build" / "html", file)
    print(f"The book is in {file}: unpack it and open {NAME}/index.html")
