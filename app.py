"""The application that `flask --app app` and gunicorn load."""

from reviewer.web import create_app

app = create_app()
