"""Writes the mailboxes as Maildir: seed.py DATA STORY

The agent's holds the demo company's mails and one for each ticket; `readonly` has the same ones and may not change them.
"""

import json
import pathlib
import sys
from datetime import datetime
from email.message import EmailMessage
from email.utils import format_datetime, make_msgid

AGENT = "Ines Okafor <ines.okafor@northwind-robotics.com>"
FOLDERS = {"inbox": "", "drafts": ".Drafts", "sent": ".Sent", "archive": ".Archive", "trash": ".Trash"}
SECRETS = {"agent": "agent-pass-1", "readonly": "readonly-pass-1"}


def main(data, story):
    data = pathlib.Path(data)
    story = json.loads(pathlib.Path(story).read_text("utf-8"))
    mails = list(all_mails(story))
    for user in SECRETS:
        maildir = data / "home" / user / "Maildir"
        for folder in FOLDERS.values():
            for part in ("cur", "new", "tmp"):
                (maildir / folder / part).mkdir(parents=True)
            if folder:
                (maildir / folder / "maildirfolder").touch()
            if user == "readonly":
                (maildir / folder / "dovecot-acl").write_text("owner lr\n")
        (maildir / "subscriptions").write_text("Drafts\nSent\nArchive\nTrash\n")
        for number, (folder, flags, at, mail) in enumerate(mails, 1):
            name = f"{int(at.timestamp())}.M{number:06}.northwind:2,{flags}"
            (maildir / FOLDERS[folder] / "cur" / name).write_bytes(mail.as_bytes())
    (data / "users").write_text("".join(f"{user}:{{PLAIN}}{secret}\n" for user, secret in SECRETS.items()))
    counts = {folder: sum(1 for mail in mails if mail[0] == folder) for folder in FOLDERS}
    peer = {
        "accounts": {
            user: {"user": user, "password": secret, "address": "ines.okafor@northwind-robotics.com"}
            for user, secret in SECRETS.items()
        },
        "seeded": {"mails": counts, "subjects": [mail[3]["Subject"] for mail in mails if mail[0] == "inbox"]},
    }
    (data / "peer.json").write_text(json.dumps(peer, ensure_ascii=False), "utf-8")


def all_mails(story):
    for row in story["mails"]:
        at = datetime.fromisoformat(row["at"])
        yield row["folder"], "S" if row["read"] else "", at, mail(row, at)
    for row in story["drafts"]:
        at = datetime.fromisoformat("2026-09-24T09:30:00+02:00")
        yield "drafts", "DS", at, mail(row, at)
    second = {"from": AGENT, "to": ["ingrid.solberg@halden-logistics.no"], "subject": "Revised offer NR-2026-0588"}
    at = datetime.fromisoformat("2026-09-24T10:05:00+02:00")
    yield "drafts", "DS", at, mail({**second, "body": "Hello Ingrid,\n\nattached is revision 2 of the offer.\n"}, at)
    for row in story["tickets"]:
        at = datetime.fromisoformat(row["at"].replace("Z", "+00:00"))
        sender = f"{row['requester']['name']} <{row['requester']['email']}>"
        head = {"from": sender, "to": ["support@northwind-robotics.com"], "cc": [AGENT]}
        told = mail({**head, "subject": f"{row['subject']} (ticket #{row['number']})", "body": row["body"] + "\n"}, at)
        yield "inbox", "S" if row["status"] == "solved" else "", at, told


def mail(row, at):
    message = EmailMessage()
    message["From"] = row["from"]
    message["To"] = ", ".join(row["to"])
    if row.get("cc"):
        message["Cc"] = ", ".join(row["cc"])
    message["Subject"] = row["subject"]
    message["Date"] = format_datetime(at)
    message["Message-ID"] = row.get("message_id") or make_msgid(domain="northwind-robotics.com")
    if row.get("in_reply_to"):
        message["In-Reply-To"] = message["References"] = row["in_reply_to"]
    message.set_content(row["body"])
    for name in row.get("attachments", []):
        message.add_attachment("unit;bootloader\n07;1.8.2\n", subtype="csv", filename=name)
    return message


main(*sys.argv[1:])
