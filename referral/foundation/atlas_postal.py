"""Which places do postal codes stand for? US ZIP codes with the towns they name, and ranges of Mexican codes."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from statistics import fmean

from referral.foundation.atlas_entries import HOME_PRIOR, PEOPLE_PER_ZIP, ZIP_SOURCE, Entry, Name, Sense, States, rows
from referral.foundation.earth import km_between
from referral.foundation.folding import fold
from referral.foundation.meanings import SAME_TOWN_KM, PlaceKind

ASSOCIATED_STATES = frozenset({"FM", "MH", "PW"})  # countries with US ZIP codes
PEOPLE_IN_LONE_ZIP = 1000  # where a town has only one, it is usually rural


def zip_codes(folder: Path) -> list[Entry]:
    """US ZIP codes. Military ones have no place on a map and are left out."""
    return [
        Entry(
            key=f"zip:US:{row['zip']}",
            kind=PlaceKind.POSTAL_CODE,
            name=f"{row['zip']} ({row['place']})",
            country=row["state"] if row["state"] in ASSOCIATED_STATES else "US",
            state=None if row["state"] in ASSOCIATED_STATES else row["state"],
            admin1=row["state"],
            county=row["county"] or None,
            latitude=float(row["lat"]),
            longitude=float(row["lon"]),
            time_zone=row["timezone"],
            weight=PEOPLE_PER_ZIP * HOME_PRIOR,
            source=ZIP_SOURCE,
            names=(Name(row["zip"], Sense.OWN),),
        )
        for row in rows(folder / "us_zip.tsv.gz", "\t")
        if float(row["lat"]) or float(row["lon"])
    ]


def located(zips: list[Entry]) -> list[Entry]:
    """ZIP codes of post office boxes are listed in the middle of a county: put them where their town is."""
    towns_at: defaultdict[tuple[float, float], set[str]] = defaultdict(set)
    for code in zips:
        towns_at[code.latitude, code.longitude].add(town_of(code))
    sure: defaultdict[tuple[str | None, str], list[Entry]] = defaultdict(list)
    for code in zips:
        if len(towns_at[code.latitude, code.longitude]) == 1:
            sure[code.state, town_of(code)].append(code)

    def moved(code: Entry) -> Entry:
        known = sure[code.state, town_of(code)]
        if not known:
            return code
        return replace(code, latitude=mean_latitude(known), longitude=mean_longitude(known), county=known[0].county)

    return [moved(code) if len(towns_at[code.latitude, code.longitude]) > 1 else code for code in zips]


def town_of(code: Entry) -> str:
    """The town in the name of a ZIP code: "78520 (Brownsville)"."""
    return code.name[7:-1]


def mean_latitude(entries: list[Entry]) -> float:
    return fmean(entry.latitude for entry in entries)


def mean_longitude(entries: list[Entry]) -> float:
    return fmean(entry.longitude for entry in entries)


def postal_towns(zips: list[Entry], towns: list[Entry]) -> Iterator[Entry]:
    """Names that the US post uses and GeoNames does not know as towns, such as Flushing."""
    known: defaultdict[tuple[str | None, str], list[Entry]] = defaultdict(list)
    for town in towns:
        if town.country == "US":
            for name in town.names:
                known[town.state, fold(name.text)].append(town)
    codes: defaultdict[tuple[str | None, str], list[Entry]] = defaultdict(list)
    for code in zips:
        codes[code.state, town_of(code)].append(code)
    for (state, name), area in codes.items():
        same = known[state, fold(name)]
        if any(km_between(code, town) <= SAME_TOWN_KM for code in area for town in same):
            continue
        people = PEOPLE_IN_LONE_ZIP if len(area) == 1 else PEOPLE_PER_ZIP * len(area)
        yield replace(
            area[0],
            key=f"usps:{state or area[0].country}:{name}",
            kind=PlaceKind.TOWN,
            name=name,
            latitude=mean_latitude(area),
            longitude=mean_longitude(area),
            weight=people * HOME_PRIOR,
            names=(Name(name, Sense.OWN),),
        )


def mexican_codes(folder: Path, states: States, regions: list[Entry], towns: list[Entry]) -> Iterator[Entry]:
    """Ranges of Mexican postal codes: no list of the codes is free, but their first digits tell the state or town."""
    by_key = {entry.key: entry for entry in (*regions, *towns)}
    for row in rows(folder / "mx_cp_prefix.csv"):
        prefix = row["prefix"]
        state = states["MX", row["admin1"]]
        there = by_key[f"geonames:{row['geonameid']}" if row["geonameid"] else f"admin1:MX.{row['admin1']}"]
        first, last = prefix.ljust(5, "0"), prefix.ljust(5, "9")
        yield replace(
            there,
            key=f"mxcp:MX:{prefix}",
            kind=PlaceKind.POSTAL_CODE,
            name=f"{first}-{last} ({row['place'] or state.name})",
            population=0,
            weight=PEOPLE_PER_ZIP,
            names=(Name(f"mxcp {prefix}", Sense.OWN),),
        )
