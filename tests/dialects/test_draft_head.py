"""Every revision that is drafted is named by the file HEAD."""

from dialects.verbs import here, write_revision
from support.repository import Repository


def test_a_draft_is_named_by_the_file_head(repository: Repository) -> None:
    """A draft and an empty revision are the head then, also where the file was missing; a draft of nothing changes nothing."""
    head = repository.path("alembic_db/HEAD")
    for flags in (["-m", "first"], ["-m", "second", "--empty"]):
        head.unlink(missing_ok=True)
        done = repository.inv("db.revision", *flags)
        assert (done.code, done.err) == (0, "")
        assert "post write hook" not in done.out
        assert head.read_text() == f"{here(repository).history.heads[0]}\n"
    head.write_text("as it was\n")
    assert repository.inv("db.revision", "-m", "nothing").out.startswith("Nothing to migrate")
    assert head.read_text() == "as it was\n"
    first = here(repository).history.revisions[0].id
    write_revision(repository, "fork", first)
    head.write_text("as it was\n")
    refused = repository.inv("db.revision", "-m", "third")
    assert refused.code == 2
    assert refused.err.endswith(
        "  fix: inv db.merge   # joins them by one more revision\n       inv db.rebase  # puts yours behind the other\n"
    )
    assert head.read_text() == "as it was\n"
