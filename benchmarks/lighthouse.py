"""What does Lighthouse say of the public pages? `lighthouse.py ADDRESS [LANG ...]`, of a running service.

Each page as a phone sees it, on Lighthouse's simulated slow 4G: performance, accessibility and best practices, of 100.
What is not perfect is named below the table. Pages behind the cookie of a draft are opened with a draft that this
script begins and answers. Pages that only come back from a form, such as the code, are not measured, since Lighthouse
opens addresses. It needs Node.js and Chromium; Lighthouse comes from npm into build/lighthouse/, the first time.
"""

import argparse
import json
import os
import shutil
import subprocess
from pathlib import Path
from typing import Any

import httpx

PROJECT = Path(__file__).resolve().parents[1]
FOLDER = PROJECT / "build" / "lighthouse"
PACKAGE = "lighthouse@12.8.2"  # the last that runs on Node 20
KINDS = ("performance", "accessibility", "best-practices")
FLAGS = (
    "--headless --no-sandbox --disable-gpu --disable-quic --disable-dev-shm-usage --no-first-run "
    "--disable-background-networking --disable-component-update --disable-sync"
)
SECONDS, TRIES = 240, 3
PLACE = "Houston TX"
# The answers up to the last page, so that a question and the check of all can be opened.
ANSWERS = {
    "who": "me", "danger": "no", "held": "no", "age": "adult", "lawyer": "no", "speak": "es", "contact": "code",
    "consent": "yes",
}  # fmt: skip
MOST_PAGES = 40
AS_A_PAGE = {"accept": "text/html", "sec-fetch-site": "same-origin"}


def installed() -> Path:
    """Lighthouse's own program, fetched if it is not there."""
    program = FOLDER / "node_modules" / "lighthouse" / "cli" / "index.js"
    if not program.exists():
        FOLDER.mkdir(parents=True, exist_ok=True)
        npm = shutil.which("npm")
        if npm is None:
            raise SystemExit("Lighthouse needs Node.js with npm.")
        fetch = [npm, "install", "--ignore-scripts", "--no-audit", "--no-fund", "--no-package-lock", PACKAGE]
        subprocess.run(fetch, cwd=FOLDER, check=True)
    return program


def pages(address: str, lang: str) -> list[tuple[str, str, str]]:
    """What is measured: its name, its address, and the cookie it is opened with."""
    with httpx.Client(base_url=address, headers=AS_A_PAGE, follow_redirects=True, timeout=60) as browser:
        place = browser.post(f"/{lang}/find", data={"where": PLACE}).url.path
        listing = wrong_in(browser.get(place).text)
        here = browser.post(f"/{lang}/help", data={"act": "on"}).url.path
        for _ in range(MOST_PAGES):
            asked = here.rsplit("/", 1)[-1]
            if asked == "check":
                break
            said = {asked: ANSWERS[asked]} if asked in ANSWERS else {}
            here = browser.post(here, data={"act": "on", **said}).url.path
        cookie = "; ".join(f"{one.name}={one.value}" for one in browser.cookies.jar)
    open_to_all = {
        "home": f"/?lang={lang}", "start": f"/{lang}/help", "one page": f"/{lang}/help/all", "find": f"/{lang}/find",
        "place": place, "wrong": listing, "status": f"/{lang}/status",
    }  # fmt: skip
    of_a_draft = {"question": f"/{lang}/help/speak", "contact": f"/{lang}/help/contact", "check": f"/{lang}/help/check"}
    return [
        *((name, path, "") for name, path in open_to_all.items()),
        *((name, path, cookie) for name, path in of_a_draft.items()),
    ]


def wrong_in(page: str) -> str:
    """The address of the first page of the list on which a mistake can be told."""
    return page.partition('/wrong"')[0].rpartition('href="')[2] + "/wrong"


def judged(program: Path, url: str, cookie: str) -> dict[str, Any]:
    node, chromium = shutil.which("node"), shutil.which("chromium")
    if node is None or chromium is None:
        raise SystemExit("Lighthouse needs Node.js and Chromium.")
    order = [node, str(program), url, "--quiet", "--form-factor=mobile", f"--only-categories={','.join(KINDS)}"]
    order += ["--output=json", "--output-path=stdout", f"--chrome-flags={FLAGS}"]
    if cookie:
        order += [f"--extra-headers={json.dumps({'Cookie': cookie})}"]
    said = b""
    for _ in range(TRIES):  # now and then its Chromium does not start, or is gone before it has told
        told = subprocess.run(
            order, env={**os.environ, "CHROME_PATH": chromium}, capture_output=True, check=False, timeout=SECONDS
        )
        if told.returncode == 0:
            return json.loads(told.stdout)
        said = told.stderr
    raise SystemExit(f"Lighthouse cannot judge {url}: {said.decode(errors='replace')[-500:]}")


def faults(report: dict[str, Any]) -> list[str]:
    """The audits that cost points, with what they found."""
    wanted = {ref["id"] for kind in KINDS for ref in report["categories"][kind]["auditRefs"] if ref["weight"]}
    found = [report["audits"][id] for id in sorted(wanted)]
    return [
        f"{one['title']} {one.get('displayValue', '')}".strip()
        for one in found
        if one["score"] is not None and one["score"] < 1
    ]


def measure(address: str, languages: list[str]) -> None:
    program, notes = installed(), list[str]()
    print(f"| page | {' | '.join(KINDS)} | largest paint, s |\n| --- | ---: | ---: | ---: | ---: |")
    for lang in languages:
        for name, path, cookie in pages(address, lang):
            report = judged(program, address + path, cookie)
            scores = [round(100 * (report["categories"][kind]["score"] or 0)) for kind in KINDS]
            paint = report["audits"]["largest-contentful-paint"].get("numericValue", 0) / 1000
            print(f"| {lang} {name} | {' | '.join(map(str, scores))} | {paint:.1f} |", flush=True)
            notes += [f"{lang} {name}: {fault}" for fault in faults(report)] if min(scores) < 100 else []
    print("\n" + "\n".join(notes or ["Nothing costs a point."]))


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("address", help="of a service that runs, such as http://127.0.0.1:8000")
    parser.add_argument("languages", nargs="*", default=["en", "ar"])
    told = parser.parse_args()
    measure(told.address.rstrip("/"), told.languages)
