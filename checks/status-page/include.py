"""Does in a folder of pages what nginx does with them: python3 checks/status-page/include.py FOLDER"""

import pathlib
import re
import sys

folder = pathlib.Path(sys.argv[1])
# Of what depends on the clock the part that is fresh.
age = re.sub(r"<!--# else -->.*?<!--# endif -->", "", (folder / "age.html").read_text(encoding="utf-8"))
age = re.sub(r"<!--#.*?-->", "", age)
for page in [*folder.glob("*.html"), *folder.glob("machines/*.html")]:
    text = page.read_text(encoding="utf-8")
    page.write_text(text.replace('<!--# include virtual="/age.html" -->', age), encoding="utf-8")
