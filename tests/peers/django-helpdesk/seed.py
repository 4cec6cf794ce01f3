"""Fills the help desk with the demo company's tickets. Run in Django's shell."""

import json
import os
import pathlib
from datetime import datetime, timedelta

from django.conf import settings
from django.contrib.auth.models import Permission, User
from helpdesk.models import CustomField, FollowUp, KBCategory, KBItem, Queue, Ticket
from rest_framework.authtoken.models import Token

STATUS = {"open": 1, "pending": 1, "solved": 3}
PRIORITY = {"high": 2, "normal": 3, "low": 4}


def main():
    story = json.loads(pathlib.Path(os.environ["STORY"]).read_text("utf-8"))
    settings.EMAIL_BACKEND = "django.core.mail.backends.dummy.EmailBackend"
    support = Queue.objects.create(
        title="Support", slug="support", allow_public_submission=True, email_address="support@northwind-robotics.com"
    )
    sales = Queue.objects.create(title="Sales", slug="sales", email_address="sales@northwind-robotics.com")
    CustomField.objects.create(
        name="customer", label="Customer", data_type="varchar", max_length=80, required=False, ordering=1
    )
    CustomField.objects.create(
        name="severity", label="Severity", data_type="list", list_values="low\nhigh", required=False, ordering=2
    )
    staff = {user["name"]: add_user(user["email"].split("@")[0], user["email"], user["name"]) for user in story["users"]}
    agent = add_user("agent", "agent@northwind-robotics.com", "Ines Agent", "agent-pass-1")
    readonly = add_user("readonly", "readonly@northwind-robotics.com", "Rolf Reader", "readonly-pass-1")
    agent.user_permissions.set(Permission.objects.filter(content_type__app_label="helpdesk"))

    tickets = {}
    for number, row in enumerate(story["tickets"], 1):
        at = datetime.fromisoformat(row["at"].replace("Z", "+00:00"))
        ticket = Ticket.objects.create(
            title=row["subject"],
            description=row["body"],
            queue=sales if "sales" in row["tags"] else support,
            submitter_email=row["requester"]["email"],
            assigned_to=None if number % 10 == 5 else staff[row["assignee"]["name"]],
            status=STATUS[row["status"]],
            on_hold=row["status"] == "pending",
            priority=PRIORITY[row["priority"]],
        )
        ticket.ticketcustomfieldvalue_set.create(
            field=CustomField.objects.get(name="customer"), value=row["account_name"]
        )
        for minutes, comment in enumerate(row["comments"], 1):
            FollowUp.objects.create(
                ticket=ticket,
                title="Comment" if comment["public"] else "Internal note",
                comment=comment["body"],
                public=comment["public"],
                user=staff.get(comment["author"]),
                date=at + timedelta(minutes=30 * minutes),
            )
        Ticket.objects.filter(pk=ticket.pk).update(created=at)
        tickets[str(row["number"])] = {"id": ticket.pk, "title": ticket.title}

    category = KBCategory.objects.create(
        name="service", title="Service", slug="service", description="For customers and service"
    )
    articles = [
        KBItem.objects.create(category=category, title=row["title"], question=row["title"], answer=row["text"]).pk
        for row in story["articles"]
    ]
    peer = {
        "accounts": {
            "agent": {"user": "agent", "password": "agent-pass-1", "token": Token.objects.get(user=agent).key, "id": agent.pk},
            "readonly": {
                "user": "readonly",
                "password": "readonly-pass-1",
                "token": Token.objects.get(user=readonly).key,
                "id": readonly.pk,
            },
        },
        "seeded": {
            "queues": {"Support": support.pk, "Sales": sales.pk},
            "custom_fields": {"custom_customer": "text", "custom_severity": ["low", "high"]},
            "users": {name: user.pk for name, user in staff.items()},
            "tickets": tickets,
            "articles": articles,
        },
    }
    (settings.DATA / "peer.json").write_text(json.dumps(peer, ensure_ascii=False), "utf-8")


def add_user(name, email, full_name, password=None):
    first, last = full_name.split(" ", 1)
    user = User.objects.create_user(name, email, password, first_name=first, last_name=last, is_staff=True)
    Token.objects.create(user=user)
    return user
