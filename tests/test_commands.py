"""Trouble of a command is one sentence that says what to do, and no traceback."""

from reviewer.web import create_app


def test_a_database_that_was_never_made(tmp_path):
    app = create_app({"DATABASE_URL": f"sqlite:///{tmp_path}/new.sqlite3", "SECRET_KEY": "x"})
    result = app.test_cli_runner().invoke(
        args=["people", "add", "a@example.org", "--name", "A", "--role", "reviewer"]
    )
    assert result.exit_code == 1
    assert result.output.strip() == (
        "Error: The database is not ready. Run: flask --app app data upgrade"
    )


def test_a_folder_that_is_not_there(demo_app, tmp_path):
    output = tmp_path / "nowhere" / "table.csv"
    result = demo_app.test_cli_runner().invoke(
        args=["findings", "table", "demonstration", "--output", str(output)]
    )
    assert result.exit_code == 1
    assert result.output.strip().endswith(f"Error: {output}: No such file or directory.")


def test_an_ending_that_is_no_format_is_wrong_usage(demo_app, tmp_path):
    result = demo_app.test_cli_runner().invoke(
        args=["findings", "table", "demonstration", "--output", str(tmp_path / "table.doc")]
    )
    assert result.exit_code == 2
    assert "must end in .csv or .xlsx or .json" in result.output


def test_a_round_that_is_not_there(app, tmp_path):
    result = app.test_cli_runner().invoke(
        args=["rounds", "answers", "spring", "--output", str(tmp_path / "a.csv")]
    )
    assert result.exit_code == 1
    assert "There is no round called 'spring'" in result.output
