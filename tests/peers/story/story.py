#!/usr/bin/env python3
"""Prints the records that every peer is seeded with, as one JSON document.

Accounts, contacts, deals and six tickets are the demo company's (`demo/company/seed.json`), thirty more tickets are in
`tickets.json`, the articles are the demo documents'. Names and addresses stand in each record, so that a seed script in
any language only has to read it.
"""

import json
import pathlib

HERE = pathlib.Path(__file__).parent
DEMO = HERE.parents[2] / "demo"


def main():
    seed = json.loads((DEMO / "company/seed.json").read_text("utf-8"))
    accounts = {row["id"]: row for row in seed["crm.accounts"]}
    people = {row["id"]: row for row in seed["crm.users"] + seed["crm.contacts"]}
    story = {
        "users": seed["crm.users"],
        "accounts": seed["crm.accounts"],
        "contacts": [{**row, "account_name": accounts[row["account"]]["name"]} for row in seed["crm.contacts"]],
        "deals": [{**row, "account_name": accounts[row["account"]]["name"]} for row in seed["crm.deals"]],
        "activities": seed["crm.activities"],
        "tickets": tickets(seed, accounts, people),
        "mails": seed["mail.messages"],
        "drafts": seed["mail.drafts"],
        "articles": articles(),
    }
    print(json.dumps(story, ensure_ascii=False))


def tickets(seed, accounts, people):
    rows = json.loads((HERE / "tickets.json").read_text("utf-8"))
    for row in rows:
        for comment in row["comments"]:
            comment["author"] = people[comment["author"]]["name"]
    for row in seed["helpdesk.tickets"]:
        comments = [note for note in seed["helpdesk.comments"] if note["ticket"] == row["id"]]
        comments = [{key: note[key] for key in ("author", "public", "body")} for note in comments]
        first = {"author": people[row["requester"]]["name"], "public": True, "body": row["subject"] + "."}
        if not comments or not comments[0]["public"]:
            comments.insert(0, first)
        rows.append({**row, "number": row["id"], "at": row["updated_at"], "comments": comments})
    return [
        {
            "number": row["number"],
            "subject": row["subject"],
            "body": row["comments"][0]["body"],
            "account": row["account"],
            "account_name": accounts[row["account"]]["name"],
            "requester": person(people[row["requester"]]),
            "assignee": person(people[row["assignee"]]),
            "status": row["status"],
            "priority": row["priority"],
            "tags": row["tags"],
            "at": row["at"],
            "comments": row["comments"][1:],
        }
        for row in sorted(rows, key=lambda row: row["number"])
    ]


def person(row):
    # Pål Sand has no address in the CRM; help desks want one.
    return {"name": row["name"], "email": row.get("email", "terminal@moss-terminal.no")}


def articles():
    folder = DEMO / "documents/Knowledge base"
    found = []
    for path in sorted(folder.glob("KB-*.md")) + [folder / "Release notes 4.2.txt"]:
        text = path.read_text("utf-8").strip()
        title = text.splitlines()[0].lstrip("# ") if path.suffix == ".md" else path.stem
        found.append({"title": title, "text": text})
    return found


main()
