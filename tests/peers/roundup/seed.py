"""Fills the tracker with the demo company's tickets: seed.py DATA STORY"""

import json
import pathlib
import sys

import roundup.instance
from roundup import password

STATUS = {"open": "in-progress", "pending": "need-eg", "solved": "resolved"}
PRIORITY = {"high": "urgent", "normal": "bug", "low": "wish"}


def main(data, story):
    story = json.loads(pathlib.Path(story).read_text("utf-8"))
    tracker = roundup.instance.open(f"{data}/tracker")
    db = tracker.open("admin")

    def add_user(username, address, realname, roles, secret, organisation=""):
        return db.user.create(
            username=username,
            address=address,
            realname=realname,
            roles=roles,
            organisation=organisation,
            password=password.Password(secret, config=db.config),
        )

    people = {}
    for user in story["users"]:
        people[user["name"]] = add_user(user["email"].split("@")[0], user["email"], user["name"], "User", "user-pass-1")
    for contact in story["contacts"]:
        address = contact.get("email", "terminal@moss-terminal.no")
        people[contact["name"]] = add_user(
            address.replace("@", "."), address, contact["name"], "", "user-pass-1", contact["account_name"]
        )
    agent = add_user("agent", "agent@northwind-robotics.com", "Ines Agent", "User", "agent-pass-1")
    readonly = add_user("readonly", "readonly@northwind-robotics.com", "Rolf Reader", "Reader", "readonly-pass-1")
    tags = sorted({tag for row in story["tickets"] for tag in row["tags"]})
    keywords = {tag: db.keyword.create(name=tag) for tag in tags}

    tickets = {}
    for number, row in enumerate(story["tickets"], 1):
        said = [{"author": row["requester"]["name"], "body": row["body"], "public": True}] + row["comments"]
        messages = [
            db.msg.create(
                author=people[comment["author"]],
                content=comment["body"] if comment["public"] else "Internal: " + comment["body"],
                summary=comment["body"][:60],
                type="text/plain",
            )
            for comment in said
        ]
        issue = db.issue.create(
            title=row["subject"],
            messages=messages,
            nosy=[people[row["requester"]["name"]]],
            assignedto=None if number % 10 == 5 else people[row["assignee"]["name"]],
            keyword=[keywords[tag] for tag in row["tags"]],
            priority=db.priority.lookup(PRIORITY[row["priority"]]),
            status=db.status.lookup(STATUS[row["status"]]),
            customer=row["account_name"],
        )
        tickets[str(row["number"])] = {"id": issue, "title": row["subject"]}
    peer = {
        "accounts": {
            "agent": {"user": "agent", "password": "agent-pass-1", "id": agent},
            "readonly": {"user": "readonly", "password": "readonly-pass-1", "id": readonly},
        },
        "seeded": {
            "tickets": tickets,
            "users": {name: people[name] for name in people},
            "priorities": {db.priority.get(id, "name"): id for id in db.priority.list()},
            "statuses": {db.status.get(id, "name"): id for id in db.status.list()},
            "keywords": keywords,
        },
    }
    db.commit()
    db.close()
    (pathlib.Path(data) / "peer.json").write_text(json.dumps(peer, ensure_ascii=False), "utf-8")


main(*sys.argv[1:])
