"""Accounts from the command line."""

from __future__ import annotations

import click
from flask import Flask
from sqlalchemy import select

from reviewer.commands import CommandGroup
from reviewer.db import session
from reviewer.people.links import sign_in_address
from reviewer.people.models import Person, add_person
from reviewer.people.permissions import Role
from reviewer.systems.register import systems_by_code

people = CommandGroup("people", help="Accounts.")


def register(app: Flask) -> None:
    app.cli.add_command(people)


@people.command("add")
@click.argument("email")
@click.option("--name", required=True, help="The person's name.")
@click.option("--role", required=True, type=click.Choice([role.value for role in Role]))
@click.option("--system", help="The ONS code of the system of a person of the role system.")
@click.option("--organisation", default="", help="Where the person works.")
def add(email: str, name: str, role: str, system: str | None, organisation: str) -> None:
    """Make an account and print a link that signs the person in once."""
    try:
        person = add_person(
            email,
            name=name,
            role=Role(role),
            organisation=organisation,
            system=systems_by_code([system])[0] if system else None,
        )
    except ValueError as error:
        raise click.ClickException(str(error)) from error
    address = sign_in_address(person)
    session.commit()
    click.echo(address)


@people.command("link")
@click.argument("email")
def link(email: str) -> None:
    """Print a new link for somebody who has an account and cannot get in."""
    person = session.scalar(select(Person).filter_by(email=email.strip().lower()))
    if person is None:
        raise click.ClickException(
            f"There is no account with the address {email}. Make one with people add."
        )
    address = sign_in_address(person)
    session.commit()
    click.echo(address)
