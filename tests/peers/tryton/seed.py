"""Fills Tryton with the demo company's customers and deals, by Tryton's own client library: seed.py DATA STORY"""

import datetime
import json
import pathlib
import sys
from decimal import Decimal

from proteus import Model, config

# What the agent may change and everybody may read.
OPEN = [
    "party.party",
    "party.address",
    "party.contact_mechanism",
    "sale.opportunity",
    "sale.opportunity.line",
    "ir.note",
]


def main(data, story):
    data = pathlib.Path(data)
    story = json.loads(pathlib.Path(story).read_text("utf-8"))
    settings = config.set_trytond(database="crm", user="admin")
    User, Party = Model.get("res.user"), Model.get("party.party")
    Company, Employee, Currency = Model.get("company.company"), Model.get("company.employee"), Model.get("currency.currency")
    Group, Access, Application = Model.get("res.group"), Model.get("ir.model.access"), Model.get("res.user.application")
    Opportunity, Note = Model.get("sale.opportunity"), Model.get("ir.note")

    euro = Currency(name="Euro", symbol="€", code="EUR")
    euro.save()
    own = Party(name="Northwind Robotics AS")
    own.save()
    company = Company(party=own, currency=euro)
    company.save()
    staff = {}
    for row in story["users"]:
        person = Party(name=row["name"])
        person.save()
        staff[row["id"]] = Employee(party=person, company=company)
        staff[row["id"]].save()

    writers = Group(name="Writers")
    writers.save()
    for model in OPEN:
        for group, may in ((None, False), (writers, True)):
            Access(model=model, group=group, perm_read=True, perm_write=may, perm_create=may, perm_delete=may).save()
    sales = Group.find([("name", "=", "Sales")])

    def in_company(user, employee):
        # A record belongs to one list only, hence the new ones.
        user.companies.append(Company(company.id))
        user.company = company
        user.employees.append(Employee(employee.id))
        user.employee = employee
        user.save()

    in_company(User(settings.user), staff[101])
    users = {}
    for login, groups in (("agent", [writers, *sales]), ("readonly", [])):
        user = User(name="Ines Agent" if login == "agent" else "Rolf Reader", login=login, password=f"{login}-pass-1")
        for group in groups:
            user.groups.append(Group(group.id))
        user.save()
        in_company(user, staff[101] if login == "agent" else staff[102])
        users[login] = user
    settings._context = User.get_preferences(True, {})

    def mechanism(party, kind, value):
        entry = party.contact_mechanisms.new()
        entry.type, entry.value = kind, value

    parties = {}
    for row in story["accounts"]:
        party = Party(name=row["name"], code=f"K-{row['id']}")
        party.addresses[0].city = row["city"]
        mechanism(party, "email", f"post@{row['name'].split()[0].lower().replace('ø', 'o')}.example")
        party.save()
        parties[row["id"]] = party
    people = {}
    for row in story["contacts"]:
        party = Party(name=row["name"], code=f"C-{row['id']}")
        party.addresses[0].city = row["account_name"]
        if "email" in row:
            mechanism(party, "email", row["email"])
        if "phone" in row:
            mechanism(party, "mobile", row["phone"].replace(" ", ""))
        party.save()
        people[row["name"]] = party.id
    opportunities = {}
    for row in story["deals"]:
        deal = Opportunity(party=parties[row["account"]], description=row["name"], employee=staff[row["owner"]])
        deal.amount = Decimal(row["amount_eur"])
        deal.start_date = datetime.date(2026, 9, 1)
        deal.end_date = datetime.date.fromisoformat(row["close_date"]) if row["close_date"] > "2026-09-01" else None
        deal.comment = row.get("next_step", "")
        deal.save()
        if row["stage"] != "qualified":
            deal.click("opportunity")
        opportunities[row["name"]] = deal.id
    for row in story["tickets"]:
        Note(resource=parties[row["account"]], message=f"#{row['number']} {row['subject']}\n\n{row['body']}").save()

    peer = {
        "accounts": {
            login: {"user": login, "password": f"{login}-pass-1", "key": key(Application, user), "id": user.id}
            for login, user in users.items()
        },
        "seeded": {
            "company": company.id,
            "employees": {row["name"]: staff[row["id"]].id for row in story["users"]},
            "parties": {row["name"]: parties[row["id"]].id for row in story["accounts"]},
            "contacts": people,
            "opportunities": opportunities,
            "notes": len(story["tickets"]),
        },
    }
    (data / "peer.json").write_text(json.dumps(peer, ensure_ascii=False), "utf-8")


def key(Application, user):
    application = Application(user=user, application="rest")
    application.save()
    return application.key


main(*sys.argv[1:])
