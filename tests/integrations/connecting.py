"""What tests of the connect flow share: a partner, its links, and a finished form."""

from urllib.parse import parse_qs, quote, urlsplit

from integrations.models import App

CALLBACK = "https://tool.example/oncall/callback"


def make_app(name="ThousandEars", redirect_uris=CALLBACK, **fields):
    """A partner; public, as operators register it, unless an account is given."""
    return App.objects.create(
        name=name,
        redirect_uris=redirect_uris,
        client_type="confidential",
        authorization_grant_type="authorization-code",
        **fields,
    )


def connect_url(app, callback=CALLBACK):
    """Where the partner's button for one service leads."""
    return f"/connect?vendor={app.vendor_key}&callback={quote(callback, safe='')}"


def install_url(app, address=CALLBACK, name="redirect_url", app_id=None, version="2"):
    """Where the partner's button for several services leads."""
    app_id = app_id or app.client_id
    address = quote(address, safe="")
    query = f"app_id={app_id}&{name}={address}&version={version}"
    return f"/install/integration?{query}"


def token_of(client, url):
    """The token of a page that is opened."""
    return client.get(url).context["form"].initial["token"]


def finish(client, url, **values):
    """Press the button on a page that was opened before."""
    token = token_of(client, url)
    return client.post(url, {"verb": "finish", "token": token, **values})


def query_of(answer):
    """Take the partner's part of a redirect apart."""
    assert answer.status_code == 302
    found = urlsplit(answer["Location"])
    return f"{found.scheme}://{found.netloc}{found.path}", parse_qs(found.query)
