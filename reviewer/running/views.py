from flask import Blueprint

pages = Blueprint("running", __name__)
