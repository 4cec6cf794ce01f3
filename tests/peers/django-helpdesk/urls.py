"""The help desk at the root. Its own API asks only whether somebody is staff; here rights on records count as well, as for
Django's administration, so that there is staff that may read and not write."""

from django.contrib import admin
from django.urls import include, path
from helpdesk.views import api
from rest_framework.permissions import DjangoModelPermissions, IsAdminUser

for view in (api.TicketViewSet, api.FollowUpViewSet, api.FollowUpAttachmentViewSet):
    view.permission_classes = [IsAdminUser, DjangoModelPermissions]

urlpatterns = [
    path("admin/", admin.site.urls),
    path("", include("helpdesk.urls", namespace="helpdesk")),
]
