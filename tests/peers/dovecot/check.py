"""What `check.sh` does with the mailboxes: check.py LINE read|write|refused"""

import imaplib
import json
import pathlib
import smtplib
import ssl
import sys
from email.message import EmailMessage

peer, what = json.loads(sys.argv[1]), sys.argv[2]


def box(name):
    trusted = ssl.create_default_context(cafile=peer["certificate"])
    imap = imaplib.IMAP4_SSL(peer["host"], peer["imaps"], ssl_context=trusted)
    imap.login(peer["accounts"][name]["user"], peer["accounts"][name]["password"])
    return imap


def draft():
    message = EmailMessage()
    message["From"] = "ines.okafor@northwind-robotics.com"
    message["To"] = "lars.holt@brevik-coldchain.no"
    message["Subject"] = "Check"
    message["Message-ID"] = "<check@northwind-robotics.com>"
    message.set_content("A check.")
    return message


if what == "read":
    imap = box("agent")
    folders = b"\n".join(imap.list()[1])
    assert rb"\Drafts" in folders and rb"\Sent" in folders, folders
    assert int(imap.select("INBOX")[1][0]) > 40
    assert imap.search(None, 'SUBJECT "Firmware 4.2.1"')[1][0], "no such mail"
elif what == "write":
    assert box("agent").append("Drafts", r"(\Draft)", None, draft().as_bytes())[0] == "OK"
    smtp = smtplib.SMTP(peer["host"], peer["submission"])
    smtp.starttls(context=ssl.create_default_context(cafile=peer["certificate"]))
    smtp.login(peer["accounts"]["agent"]["user"], peer["accounts"]["agent"]["password"])
    smtp.send_message(draft())
    smtp.quit()
    (sent,) = pathlib.Path(peer["sent"], "new").iterdir()
    assert "<check@northwind-robotics.com>" in sent.read_text()
else:
    answer = box("readonly").append("Drafts", r"(\Draft)", None, draft().as_bytes())
    assert answer[0] == "NO" and b"NOPERM" in answer[1][0], answer
print(what)
