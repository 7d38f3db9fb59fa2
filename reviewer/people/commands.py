"""Accounts from the command line."""

from __future__ import annotations

import click
from flask import Flask
from sqlalchemy import select

from reviewer.commands import CommandGroup
from reviewer.db import session
from reviewer.people.factor import forget
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
    address = sign_in_address(_person(email))
    session.commit()
    click.echo(address)


@people.command("reset-second-factor")
@click.argument("email")
def reset_second_factor(email: str) -> None:
    """Let somebody who lost their phone set up a new second factor at the next sign-in."""
    person = _person(email)
    forget(person)
    person.end_sessions()
    session.commit()
    click.echo(f"{person.name} sets up a new second factor at the next sign-in.")


def _person(email: str) -> Person:
    person = session.scalar(select(Person).filter_by(email=email.strip().lower()))
    if person is None:
        raise click.ClickException(
            f"There is no account with the address {email}. Make one with people add."
        )
    if person.removed_at:
        raise click.ClickException(
            f"The access of {email} was removed. A policy lead can give it back under People."
        )
    return person
