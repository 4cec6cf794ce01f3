"""Long tables and repetitive pages that are computed instead of typed."""
import random
from datetime import date

OUTAGES = {3: 31, 9: 21, 15: 52, 21: 21}  # minutes, see sheet Incidents
MAINTENANCE = {6: 140, 20: 95}            # Sundays, announced


def fleet_uptime_september(body):
    rows = ["|Unavailability per day, September 2026|||||", "", "!head",
            "|Date|Weekday|Unavailable, min|Planned maintenance, min|Transport orders|Orders late|"]
    dice = random.Random(2026_09)
    for day in range(1, 25):
        when = date(2026, 9, day)
        orders = 640 if day == 24 else dice.randint(9_400, 10_900) if when.weekday() < 5 else dice.randint(3_100, 4_000)
        late = OUTAGES.get(day, 0) * 4 + dice.randint(3, 30)
        rows.append(f"|{when}|{when:%A}|{OUTAGES.get(day, 0)}|{MAINTENANCE.get(day, 0)}|{orders}|{late}|")
    return body.replace("@daily", "\n".join(rows))


REMARKS = [
    "Floor joint at rack {r} stands 4 mm proud and is ground before delivery.",
    "Return air outlet above rack {r} blows dust on the scanner window; a deflector is fitted.",
    "Strip curtain at rack {r} is removed because it hides the reflector.",
    "Parking place for forklifts at rack {r} narrows the aisle and moves to the goods-in area.",
    "Sprinkler pipe at rack {r} is 2.35 m above the floor, enough for all unit types.",
    "No remark. Aisle can be used as found.",
    "Drain cover at rack {r} rattles; screws are replaced by the customer.",
    "Sunlight from the west windows reaches rack {r} after 17:00; a film is applied.",
]


def site_survey(body):
    """One page for each of the 44 aisles, after the hand-written pages and before the closing ones."""
    dice, pages = random.Random(58), []
    for aisle in range(1, 45):
        weak = {12: -71, 27: -74, 38: -70}.get(aisle)
        rows = ["| Point | Floor flatness, mm over 2 m | Gradient, % | Width, m | Wi-Fi, dBm |", "|---|---|---|---|---|"]
        for point in range(1, 9):
            signal = weak if weak and point == 5 else -dice.randint(48, 65)
            rows.append(f"| {aisle:02}-{point} | {dice.uniform(1.2, 3.4):.1f} | {dice.uniform(0.1, 1.4):.1f} "
                        f"| {dice.uniform(2.9, 3.4):.2f} | {signal} |")
        remark = dice.choice(REMARKS).format(r=f"{aisle:02}-{dice.randint(1, 40):02}")
        verdict = (f"Wireless coverage at point {aisle:02}-5 is {weak} dBm and below the limit of -67 dBm. "
                   "One more access point is needed.") if weak else "All values are within the limits of section 3."
        pages.append(f"## Aisle {aisle:02}\n\nSurveyed on {8 + (aisle > 22)} September 2026 between "
                     f"{8 + aisle % 8:02}:10 and {8 + aisle % 8:02}:50.\n\n" + "\n".join(rows)
                     + f"\n\n{verdict}\n\n**Remark.** {remark}")
    return body.replace("@aisles", "\n\n\\page\n\n".join(pages))


def numbered_questions(body):
    """Plain lines below a part become table rows with running numbers and an empty answer."""
    number, out = 0, []
    for part in body.split("\n## "):
        head, _, rest = part.partition("\n\n")
        questions = [line for line in rest.split("\n") if line.endswith((".", "?"))]
        if len(head) > 2 and head[1] == " " and head[0].isupper():
            rows = []
            for question in questions:
                number += 1
                rows.append(f"| {head[0]}{number} | {question} |  |")
            out.append(f"{head}\n\n| No. | Question | Answer and evidence |\n|---|---|---|\n" + "\n".join(rows))
        else:
            out.append(part)
    return "\n\n## ".join(out)
