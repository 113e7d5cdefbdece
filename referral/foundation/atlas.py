"""What do the reference files say about places? Reads referral/data into entries; touches no database."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from referral.foundation.atlas_entries import (
    HOME_PRIOR,
    PEOPLE_PER_ZIP,
    ZIP_SOURCE,
    Entry,
    Name,
    Sense,
    Spot,
    State,
    States,
    biggest_towns,
    parts,
    prior,
    rows,
)
from referral.foundation.atlas_postal import located, mexican_codes, postal_towns, zip_codes
from referral.foundation.earth import Grid
from referral.foundation.folding import fold
from referral.foundation.meanings import PlaceKind

DISTRICT_FACTOR = 0.1  # a district of a big city is rarely meant when another town carries its name
DISTRICT_KM = 15.0
DISTRICT_SHARE = 20  # how much bigger the city beside it is
COUNTY_KM = 15.0
ALIAS_KM = 60.0  # an alias was set by hand, a postal town lies in the middle of its ZIP codes
TERRITORIES = frozenset({"PR", "VI", "GU", "AS", "MP"})  # written like states of the US in addresses
FEWEST_PEOPLE = 500
MOST_PEOPLE = 2**31 - 1


def read(folder: Path) -> list[Entry]:
    """Every place in the files under `folder`, each once."""
    reference = folder / "reference"
    states = read_states(reference)
    zips = located(zip_codes(reference))
    cities = weighed(with_counties(list(geonames_towns(reference, states)), Grid(zips)))
    towns = [*cities, *postal_towns(zips, cities)]
    regions = list(read_regions(reference, states, towns))
    entries = [*towns, *zips, *regions, *country_entries(reference, regions, towns)]
    entries += mexican_codes(reference, states, regions, cities)
    entries += court_entries(folder / "eoir_pro_bono", Grid(towns))
    entries = with_aliases(reference, states, entries, towns)
    return [*entries, *facility_entries(reference, entries)]


def read_states(folder: Path) -> States:
    return {
        (row["country"], row["admin1"]): State(code=row["code"], name=row["name"], aliases=parts(row["aliases"]))
        for row in rows(folder / "states.csv")
    }


def geonames_towns(folder: Path, states: States) -> Iterator[Entry]:
    listed = {row["code"]: row["name"] for row in rows(folder / "admin1.tsv", "\t")}
    for row in rows(folder / "places.tsv.gz", "\t"):
        country, admin1 = row["country"], row["admin1"]
        if country in TERRITORIES:
            country, admin1 = "US", country
        state = states.get((country, admin1))
        others = (Name(other, Sense.OTHER) for other in row["alternatenames"].split("|"))
        yield Entry(
            key=f"geonames:{row['geonameid']}",
            kind=PlaceKind.TOWN,
            name=row["name"],
            country=country,
            state=state.code if state else listed.get(f"{country}.{admin1}"),
            admin1=admin1 or None,
            latitude=float(row["lat"]),
            longitude=float(row["lon"]),
            time_zone=row["timezone"],
            population=int(row["population"]),
            weight=max(FEWEST_PEOPLE, int(row["population"])) * prior(country),
            source="GeoNames",
            names=(Name(row["name"], Sense.OWN), *others),
        )


def with_counties(towns: list[Entry], zips: Grid[Entry]) -> list[Entry]:
    """US towns with the county of the nearest ZIP code of their state."""

    def county(town: Entry) -> str | None:
        near = ((away, code) for away, code in zips.within(town, COUNTY_KM) if code.state == town.state)
        return min(near, key=lambda found: found[0], default=(0.0, town))[1].county

    return [replace(town, county=county(town)) if town.country == "US" else town for town in towns]


def weighed(towns: list[Entry]) -> list[Entry]:
    """Towns, with districts of a much bigger city beside them weighed down."""
    cities = Grid([town for town in towns if town.population >= FEWEST_PEOPLE * DISTRICT_SHARE])

    def is_district(town: Entry) -> bool:
        enough = max(FEWEST_PEOPLE, town.population) * DISTRICT_SHARE
        return any(city.population >= enough for _, city in cities.within(town, DISTRICT_KM))

    return [replace(town, weight=town.weight * DISTRICT_FACTOR) if is_district(town) else town for town in towns]


def read_regions(folder: Path, states: States, towns: list[Entry]) -> Iterator[Entry]:
    """States and provinces, with the time zone of their biggest town."""
    biggest = biggest_towns(towns)
    living: defaultdict[tuple[str, str | None], int] = defaultdict(int)
    for town in towns:
        living[town.country, town.admin1] += town.population
    listed = {row["code"]: row for row in rows(folder / "admin1.tsv", "\t")}
    for code in listed.keys() | {f"US.{territory}" for territory in TERRITORIES}:
        country, admin1 = code.split(".", 1)
        town = biggest.get((country, admin1))
        if town is None or country in TERRITORIES:
            continue
        row = listed.get(code, {})
        state = states.get((country, admin1))
        name = state.name if state else row["name"]
        people = int(row.get("population_listed") or living[country, admin1])
        aliases = (state.code, *state.aliases) if state else ()
        yield Entry(
            key=f"admin1:{code}",
            kind=PlaceKind.STATE,
            name=name,
            country=country,
            state=state.code if state else name,
            admin1=admin1,
            latitude=float(row.get("lat") or town.latitude),
            longitude=float(row.get("lon") or town.longitude),
            time_zone=town.time_zone,
            population=people,
            weight=max(FEWEST_PEOPLE, people) * prior(country),
            source="GeoNames",
            names=(Name(name, Sense.OWN), *called(row.get("name")), *(Name(alias, Sense.OTHER) for alias in aliases)),
        )


def called(name: str | None) -> Iterator[Name]:
    """What GeoNames calls a state: its own name too, also without the word for its rank."""
    if name:
        yield Name(name, Sense.OWN)
        yield Name(name.removesuffix(" Department").removesuffix(" Province").removesuffix(" State"), Sense.OWN)


def country_entries(folder: Path, regions: list[Entry], towns: list[Entry]) -> Iterator[Entry]:
    """Countries, standing where their biggest town is. Those without a town are left out."""
    biggest = biggest_towns(towns)
    people: defaultdict[str, int] = defaultdict(int)
    for region in regions:
        people[region.country] += region.population
    for row in rows(folder / "countries.csv"):
        town = biggest.get((row["code"], None))
        if town is None:
            continue
        counted = min(MOST_PEOPLE, people[row["code"]] or town.population)
        others = (row["code"], *parts(row["aliases"]))
        yield Entry(
            key=f"country:{row['code']}",
            kind=PlaceKind.COUNTRY,
            name=row["name_en"],
            country=row["code"],
            state=None,
            admin1=None,
            latitude=town.latitude,
            longitude=town.longitude,
            time_zone=town.time_zone,
            population=counted,
            weight=max(FEWEST_PEOPLE, counted) * prior(row["code"]),
            source="ISO 3166",
            names=(
                Name(row["name_en"], Sense.OWN),
                Name(row["name_es"], Sense.OWN),
                *(Name(other, Sense.OTHER) for other in others),
            ),
        )


def court_entries(folder: Path, towns: Grid[Entry]) -> Iterator[Entry]:
    """US immigration courts, with the county and time zone of the nearest town."""
    for row in rows(folder / "courts.csv"):
        town = min(towns.within(Spot(float(row["lat"]), float(row["lon"])), 100.0), key=lambda found: found[0])[1]
        short = row["court"].removesuffix(" Immigration Court")
        yield replace(
            town,
            key=f"court:{row['court']}",
            kind=PlaceKind.COURT,
            name=row["court"],
            country="US",
            state=row["state"],
            latitude=float(row["lat"]),
            longitude=float(row["lon"]),
            population=0,
            weight=PEOPLE_PER_ZIP * HOME_PRIOR,
            source="EOIR",
            names=(
                Name(row["court"], Sense.OWN),
                Name(f"{short} court", Sense.OTHER),
                Name(f"corte de inmigración de {short}", Sense.OTHER),
            ),
        )


def facility_entries(folder: Path, entries: list[Entry]) -> Iterator[Entry]:
    """Ports of entry and detention centres; they stand where their town is."""
    towns: dict[tuple[str | None, str], Entry] = {}
    for entry in sorted(entries, key=lambda entry: entry.weight):
        if entry.country == "US" and entry.kind is PlaceKind.TOWN:
            towns[entry.state, entry.name.partition(" (")[0]] = entry
    for row in rows(folder / "facilities.csv"):
        yield replace(
            towns[row["state"], row["town"]],
            key=f"facility:{row['state']}:{row['name']}",
            kind=PlaceKind(row["kind"]),
            name=row["name"],
            population=0,
            weight=PEOPLE_PER_ZIP * HOME_PRIOR,
            source="listed",
            names=(
                Name(row["name"], Sense.OWN),
                *(Name(alias, Sense.OWN) for alias in parts(row["aliases"])),
            ),
        )


def with_aliases(folder: Path, states: States, entries: list[Entry], towns: list[Entry]) -> list[Entry]:
    """Entries with the reviewed aliases: more names for a town we have, or places of their own."""
    written: defaultdict[str, list[dict[str, str]]] = defaultdict(list)
    for row in rows(folder / "aliases.csv"):
        written[row["target"]].append(row)
    grid = Grid(towns)
    named: dict[str, Entry] = {}
    for target, aliases in written.items():
        row = aliases[0]
        spot = Spot(float(row["lat"]), float(row["lon"]))
        names = tuple(Name(alias["alias"], Sense.DOMINANT) for alias in aliases)
        around = sorted(grid.within(spot, 200.0), key=lambda found: found[0])
        near = [(away, town) for away, town in around if town.country == row["country"]]
        called = fold(target.partition(" (")[0])
        same = next((town for away, town in near if away <= ALIAS_KM and fold(town.name) == called), None)
        if same is None or PlaceKind(row["kind"]) is not PlaceKind.TOWN:
            same = alias_entry(row, states, near[0][1])
        if same.source == ZIP_SOURCE:
            same = replace(same, latitude=spot.latitude, longitude=spot.longitude)
        named[same.key] = replace(same, names=(*same.names, *names))
    kept = [named.pop(entry.key, entry) for entry in entries]
    return [*kept, *named.values()]


def alias_entry(row: dict[str, str], states: States, near: Entry) -> Entry:
    state = states.get((row["country"], row["admin1"]))
    return replace(
        near,
        key=f"alias:{row['country']}:{row['target']}",
        kind=PlaceKind(row["kind"]),
        name=row["target"],
        country=row["country"],
        state=state.code if state else near.state,
        admin1=row["admin1"] or near.admin1,
        latitude=float(row["lat"]),
        longitude=float(row["lon"]),
        population=0,
        weight=PEOPLE_PER_ZIP * HOME_PRIOR,
        source="reviewed",
        names=(Name(row["target"], Sense.OWN),),
    )
