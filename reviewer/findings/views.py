from flask import Blueprint

pages = Blueprint("findings", __name__)
