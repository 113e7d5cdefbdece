"""In which language does a page speak? As its address says, else the first that the browser asks for and we speak."""

from starlette.requests import Request

SPOKEN = ("en", "es")


def tongue(request: Request) -> str:
    """Of the path (/es/...), of the question (?lang=es), of the browser's languages; English where none tells."""
    said = (str(request.scope["path"]).lstrip("/").partition("/")[0], request.query_params.get("lang", ""))
    chosen = next((lang for lang in said if lang in SPOKEN), None)
    return chosen or preferred(request.headers.get("accept-language", ""))


def preferred(accepted: str) -> str:
    """The language of ours that an Accept-Language header likes best: es-MX is Spanish, and q says how much."""
    wanted: list[tuple[float, str]] = []
    for part in accepted.split(","):
        tag, _, parameters = part.partition(";")
        lang = tag.strip().lower().partition("-")[0]
        if lang in SPOKEN and (liking := quality(parameters)) > 0:
            wanted.append((liking, lang))
    return max(wanted, key=lambda one: one[0], default=(0.0, SPOKEN[0]))[1]


def quality(parameters: str) -> float:
    name, _, value = parameters.strip().partition("=")
    if name.strip().lower() != "q":
        return 1.0
    try:
        return float(value)
    except ValueError:
        return 0.0
