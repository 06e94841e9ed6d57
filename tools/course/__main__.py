"""Write all copies of the chapters below ``_build/course``: ``python -m tools.course``.

`make book` does so too. Outputs, slides and stills are those of the last build.
"""

import sys

from tools.build import is_chapter, pages_in_order
from tools.course.publish import COURSE, publish
from tools.house import ROOT


def main() -> int:
    """Run the command."""
    names = [page.name for page in pages_in_order() if is_chapter(page)]
    try:
        publish(names)
    except ValueError as error:
        print(error)
        return 1
    for path in sorted(COURSE.glob("*/*")):
        if path.is_file() and path.parent.name != "stamps":
            print(f"  {path.relative_to(ROOT)}  ({path.stat().st_size / 1e3:,.0f} kB)")
    return 0


if __name__ == "__main__":
    sys.exit(main())
