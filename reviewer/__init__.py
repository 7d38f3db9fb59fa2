"""Plan Review: two long PDFs in, a judgement per question, a sector's findings out.

Kept empty on purpose: the program that opens PDFs (`documents/extract.py`) imports this package and
must start fast and small. The application is made in `web.py`.
"""
