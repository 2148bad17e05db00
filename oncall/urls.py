"""Every address of the product: the busiest doors first, then each app's pages."""

from django.contrib import admin
from django.urls import include, path

from oncall.styleguide import styleguide

urlpatterns = [
    path("", include("integrations.urls")),
    path("", include("incidents.urls")),
    path("", include("oncall.pages")),
    path("", include("accounts.urls")),
    path("accounts/", include("allauth.urls")),
    path("admin/", admin.site.urls),
    path("styleguide/", styleguide, name="styleguide"),
]
handler400 = "oncall.errors.bad_request"
handler403 = "oncall.errors.forbidden"
handler404 = "oncall.errors.not_found"
handler500 = "oncall.errors.server_error"
