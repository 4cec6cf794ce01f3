"""Writes the agent's calendar and contacts as files the server reads: seed.py DATA STORY"""

import json
import pathlib
import sys

# Start in UTC, minutes, title, place, who else comes.
EVENTS = [
    ("20260907T070000Z", 60, "Weekly sales meeting", "Trondheim, room Nidelva", []),
    ("20260910T080000Z", 240, "Site survey Moss", "Moss DC 1", ["ingrid.solberg@halden-logistics.no"]),
    ("20260914T070000Z", 60, "Weekly sales meeting", "Trondheim, room Nidelva", []),
    ("20260915T110000Z", 90, "Steering group Halden", "Moss", ["henrik.aas@halden-logistics.no", "ingrid.solberg@halden-logistics.no"]),
    ("20260917T083000Z", 30, "Call Åse Bjørnevåg, budget round", "Phone", ["ase.bjornevag@osteroyfoods.no"]),
    ("20260921T070000Z", 60, "Weekly sales meeting", "Trondheim, room Nidelva", []),
    ("20260924T130000Z", 30, "Halden: price list and discount", "Trondheim", ["kari.holm@northwind-robotics.com"]),
    ("20260925T080000Z", 45, "Revised offer NR-2026-0588", "Trondheim", ["kari.holm@northwind-robotics.com"]),
    ("20260928T070000Z", 60, "Weekly sales meeting", "Trondheim, room Nidelva", []),
    ("20260929T090000Z", 60, "Cause of the outage in Fredrikstad", "Video", ["jonas.weber@northwind-robotics.com"]),
    ("20261002T100000Z", 30, "Security questionnaire due", "", ["tor.eggen@halden-logistics.no"]),
    ("20261005T080000Z", 30, "Call Åse Bjørnevåg again", "Phone", ["ase.bjornevag@osteroyfoods.no"]),
    ("20261006T080000Z", 180, "Site visit Brevik", "Brevik, gate 2", ["lars.holt@brevik-coldchain.no", "jonas.weber@northwind-robotics.com"]),
    ("20261012T060000Z", 120, "Units arrive in Vestnes", "Vestnes", ["geir.rodven@raumafreight.no"]),
    ("20261014T080000Z", 60, "Call Siv Nygård, spare parts 2027", "Phone", ["siv.nygard@halden-logistics.no"]),
    ("20261014T110000Z", 90, "Demo for Moss Terminal", "Trondheim, hall 2", []),
    ("20261016T070000Z", 30, "Amend Annex B", "", []),
    ("20261022T080000Z", 120, "Board of Halden meets", "Moss", []),
]


def main(data, story):
    data = pathlib.Path(data)
    story = json.loads(pathlib.Path(story).read_text("utf-8"))
    home = data / "collections/collection-root/agent"
    calendar = collection(home / "calendar", {"tag": "VCALENDAR", "D:displayname": "Ines Agent"})
    contacts = collection(home / "contacts", {"tag": "VADDRESSBOOK", "D:displayname": "Customers"})
    (data / "collections/collection-root/readonly").mkdir()
    events = {}
    for number, row in enumerate(EVENTS, 1):
        name = f"event-{number:02}"
        (calendar / f"{name}.ics").write_text(event(name, *row), "utf-8", newline="")
        events[row[2]] = f"agent/calendar/{name}.ics"
    people = {}
    for person in story["contacts"]:
        name = f"contact-{person['id']}"
        (contacts / f"{name}.vcf").write_text(card(name, person), "utf-8", newline="")
        people[person["name"]] = f"agent/contacts/{name}.vcf"
    secrets = {"agent": "agent-pass-1", "readonly": "readonly-pass-1"}
    (data / "users").write_text("".join(f"{user}:{secret}\n" for user, secret in secrets.items()))
    peer = {
        "accounts": {user: {"user": user, "password": secret} for user, secret in secrets.items()},
        "seeded": {"calendar": "agent/calendar/", "addressbook": "agent/contacts/", "events": events, "contacts": people},
    }
    (data / "peer.json").write_text(json.dumps(peer, ensure_ascii=False), "utf-8")


def collection(path, properties):
    path.mkdir(parents=True)
    (path / ".Radicale.props").write_text(json.dumps(properties))
    return path


def event(name, start, minutes, title, place, guests):
    hour, minute = int(start[9:11]) + (int(start[11:13]) + minutes) // 60, (int(start[11:13]) + minutes) % 60
    lines = [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        "PRODID:-//Northwind Robotics//demo//EN",
        "BEGIN:VEVENT",
        f"UID:{name}@northwind-robotics.com",
        "DTSTAMP:20260901T080000Z",
        f"DTSTART:{start}",
        f"DTEND:{start[:9]}{hour:02}{minute:02}00Z",
        "SUMMARY:" + title.replace(",", "\\,"),
        "LOCATION:" + place.replace(",", "\\,"),
        "ORGANIZER:mailto:agent@northwind-robotics.com",
        *[f"ATTENDEE:mailto:{guest}" for guest in guests],
        "END:VEVENT",
        "END:VCALENDAR",
        "",
    ]
    return "\r\n".join(lines)


def card(name, person):
    first, last = person["name"].rsplit(" ", 1)
    lines = ["BEGIN:VCARD", "VERSION:3.0", f"UID:{name}", f"FN:{person['name']}", f"N:{last};{first};;;"]
    lines += [f"ORG:{person['account_name']}", f"TITLE:{person['title']}"]
    lines += [f"EMAIL;TYPE=WORK:{person['email']}"] if "email" in person else []
    lines += [f"TEL;TYPE=CELL:{person['phone']}"] if "phone" in person else []
    return "\r\n".join([*lines, "END:VCARD", ""])


main(*sys.argv[1:])
