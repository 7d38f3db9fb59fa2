"""The application that `flask --app app` and gunicorn load."""

from reviewer.seeing import write_lines
from reviewer.web import create_app

write_lines()
app = create_app()
