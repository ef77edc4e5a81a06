"""`overread connections list|add|remove|test`: the servers of this user; their secrets are asked for, never options."""

from __future__ import annotations

import json
from typing import Annotated, Any

import typer

from app.cli.commands.connect import ask_secret
from app.settings.connections import Connection, load_connections, save_connections
from app.studies.source_types import SecretKind
from app.support.i18n import text, text_with
from app.support.paths import user_paths
from app.workflows.connections import connection_of, try_connection

Name = Annotated[str, typer.Argument(help=text("connect.option.connection"), metavar="NAME")]


def register(tree: typer.Typer) -> None:
    """Add the group."""
    group = typer.Typer(help=text("connections.help.group"), no_args_is_help=True)
    group.command("list", help=text("connections.help.list"))(list_all)
    group.command("add", help=text("connections.help.add"))(add)
    group.command("remove", help=text("connections.help.remove"))(remove)
    group.command("test", help=text("connections.help.test"))(test)
    tree.add_typer(group, name="connections")


def list_all(
    as_json: Annotated[bool, typer.Option("--json", help=text("connect.option.json"))] = False,
) -> None:
    """Name, kind and address of each; those that break a rule with the reason."""
    book = load_connections(user_paths().settings)
    broken = [(one.name, text_with(one.faults[0][0], dict(one.faults[0][1]))) for one in book.unusable]
    if as_json:
        listed = [
            {"name": one.name, "kind": one.scheme, "address": _address(one)} for one in book.connections
        ]
        unusable = [{"name": name, "reason": reason} for name, reason in broken]
        document: dict[str, Any] = {"connections": listed, "unusable": unusable, "damaged": book.damaged}
        typer.echo(json.dumps(document, ensure_ascii=False, indent=1))
        return
    for one in book.connections:
        typer.echo(f"{one.name}  {one.scheme}  {_address(one)}")
    for _, reason in broken:
        typer.echo(reason)
    if book.damaged:
        typer.echo(text("connections.damaged"))
    if not (book.connections or broken or book.damaged):
        typer.echo(text("connections.none"))


def add(  # noqa: PLR0913, PLR0917 - the options of one command
    name: Name,
    url: Annotated[str, typer.Option(help=text("connections.option.url"))] = "",
    auth: Annotated[str, typer.Option(help=text("connections.option.auth"))] = "none",
    user: Annotated[str, typer.Option(help=text("connections.option.user"))] = "",
    allow_unencrypted: Annotated[bool, typer.Option(help=text("connections.option.unencrypted"))] = False,
    host: Annotated[str, typer.Option(help=text("connections.option.host"))] = "",
    port: Annotated[int, typer.Option(help=text("connections.option.port"))] = 104,
    called: Annotated[str, typer.Option(help=text("connections.option.called"))] = "",
    calling: Annotated[str, typer.Option(help=text("connections.option.calling"))] = "OVERREAD",
    tls: Annotated[bool, typer.Option(help=text("connections.option.tls"))] = False,
    ca_file: Annotated[str, typer.Option(help=text("connections.option.ca_file"))] = "",
    client_cert: Annotated[str, typer.Option(help=text("connections.option.client_cert"))] = "",
    client_key: Annotated[str, typer.Option(help=text("connections.option.client_key"))] = "",
) -> None:
    """Added, or changed where there is one of that name; a secret is asked for and kept in the keyring."""
    if bool(url) == bool(host):
        raise typer.BadParameter(text("connections.url_or_host"), param_hint="--url / --host")
    shared = {"ca_file": ca_file, "client_cert": client_cert, "client_key": client_key}
    if url:
        made = Connection(
            name, "dicomweb", url=url, auth=auth, user=user, allow_unencrypted=allow_unencrypted
        )
    else:
        made = Connection(
            name, "dimse", host=host, port=port, called_aet=called, calling_aet=calling, tls=tls
        )
    from dataclasses import replace

    made = replace(made, **shared)  # type: ignore[arg-type]  # three texts
    folder = user_paths().settings
    save_connections(folder, load_connections(folder).with_one(made))
    typer.echo(text("connections.added", connection=name))
    if url and auth != "none":
        typer.echo(_keep_secret(made))


def remove(name: Name) -> None:
    """Taken out, its secret too; what was fetched stays."""
    from app.studies.remote.secrets import forget_secret

    folder = user_paths().settings
    book = load_connections(folder)
    for one in book.connections:
        if one.name == name:
            forget_secret(one)
    save_connections(folder, book.without(name))
    typer.echo(text("connections.removed", connection=name))


def test(name: Name) -> None:
    """C-ECHO, or the smallest search; 1 with the reason where it does not answer."""
    paths = user_paths()
    try_connection(paths, connection_of(paths, name), ask_secret)
    typer.echo(text("connections.answers", connection=name))


def _keep_secret(connection: Connection) -> str:
    from app.studies.remote.secrets import put_secret

    kind = SecretKind.TOKEN if connection.auth == "bearer" else SecretKind.PASSWORD
    given = ask_secret(kind, connection.name)
    if not given:
        return text("connections.no_secret", connection=connection.name)
    return text(f"secret.{put_secret(connection, given).value}", connection=connection.name)


def _address(one: Connection) -> str:
    return one.url if one.scheme == "dicomweb" else f"{one.called_aet}@{one.host}:{one.port}"
