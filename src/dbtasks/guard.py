"""Whether a destructive command may run at all."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from dbtasks.environment import Environment
from dbtasks.errors import (
    EnvironmentsDiffer,
    LossNotAccepted,
    NotNamed,
    NotThisMachine,
    ProtectedEnvironment,
    TooMuchToSetAside,
    counted,
)
from dbtasks.history import Heads, History
from dbtasks.plan import Plan
from dbtasks.settings import Settings
from dbtasks.stakes import Stake

Ask = Callable[[str, str], str]  # given the database's name and what would happen, returns what a person answers


@dataclass(frozen=True, slots=True)
class Consent:
    """How a user agrees that a command may destroy something.

    Attributes:
        command: the task, or what else runs.
        confirm: what was given as the database's name; "" when nothing was given.
        ask: asks a person for the name on a terminal; None where there is no terminal.
        arguments: those that the command needs besides, for the message.
    """

    command: str
    confirm: str = ""
    ask: Ask | None = None
    arguments: str = ""


def permit(settings: Settings, where: Environment, consent: Consent, consequence: str) -> None:
    """Return when a command that destroys may run; otherwise raise which of the conditions is not met.

    ``consequence`` says what it does, as a sentence without its end.

    Raises:
        ProtectedEnvironment: the configuration or the database itself names a protected environment.
        EnvironmentsDiffer: they name two.
        NotThisMachine: the database names none, and is elsewhere.
        NotNamed: the name is not the database's.
    """
    check_place(where, consent.command)
    check_name(settings, consent, consequence)


def check_configured(settings: Settings, command: str) -> None:
    """Raise ProtectedEnvironment when the configuration alone says enough, before any server is asked."""
    if settings.environment in settings.database.protected:
        raise ProtectedEnvironment(command, settings.environment, settings.database.protected, is_recorded=False)


def check_place(where: Environment, command: str) -> None:
    """Raise unless the database's own record and the configuration agree, and neither is protected."""
    for name, is_recorded in ((where.recorded, True), (where.configured, False)):
        if name in where.protected:
            raise ProtectedEnvironment(command, str(name), where.protected, is_recorded)
    if where.recorded is None and not where.is_local:
        raise NotThisMachine(command, where.host)
    if where.recorded is not None and not where.agrees:
        raise EnvironmentsDiffer(command, where.recorded, where.configured)


def check_machine(where: Environment, command: str) -> None:
    """Raise NotThisMachine unless the server certainly is this machine, or a listed one."""
    if not where.is_local:
        raise NotThisMachine(command, where.host)


def check_name(settings: Settings, consent: Consent, consequence: str) -> None:
    """Raise NotNamed unless the user has named the database, by a flag or on a terminal."""
    name = settings.database.name
    given = consent.confirm or (consent.ask(name, consequence) if consent.ask else "")
    if given != name:
        raise NotNamed(consent.command, consent.arguments, name, given, consequence)


def permit_record(settings: Settings, where: Environment, consent: Consent, name: str) -> None:
    """Return when the database may record another environment: away from a protected one only by its name.

    Raises:
        NotNamed: the user has not named the database.
    """
    if where.is_protected and name != where.recorded:
        now = f"it counts as '{where.recorded}'" if where.recorded else "it is elsewhere and says nothing"
        check_name(settings, consent, f"{now}, which is protected, and would be '{name}'")


def permit_run(settings: Settings, wanted: Plan, consent: Consent) -> None:
    """Return when a plan may be carried out: at once when nothing is at stake, or all of it was accepted.

    Raises:
        what :func:`permit` raises; for an upgrade only NotNamed.
    """
    if not wanted.losing:
        return
    if wanted.direction == "downgrade" and wanted.environment is not None:
        check_place(wanted.environment, consent.command)
    check_name(settings, consent, at_stake(wanted.losing))


def permit_unasked(settings: Settings, where: Environment, consent: Consent, consequence: str, fix: str) -> None:
    """Return when a program that can ask nobody may go on where something is lost, since that is set aside.

    Raises:
        LossNotAccepted: that is not enough, because the environment is protected, or the configuration names another,
            and nobody has named the database; ``fix`` is the advice.
    """
    if (where.is_protected or not where.agrees) and consent.confirm != settings.database.name:
        raise LossNotAccepted(consent.command, settings.database.name, consequence, fix)


def forgets(history: History, current: Heads, target: Heads) -> tuple[str, ...]:
    """Return the applied revisions, sorted, that a database would not know of once it was stamped."""
    known = {one.id for one in history.revisions}
    return tuple(sorted(history.effective(set(current) & known) - history.effective(target)))


def check_limit(settings: Settings, command: str, stakes: Sequence[Stake], advice: str = "--no-set-aside") -> None:
    """Raise TooMuchToSetAside when more rows would have to be copied than the setting allows."""
    limit = settings.database.set_aside_limit
    for one in stakes:
        if (one.rows or 0) > limit and one.loss.kind != "insert":
            raise TooMuchToSetAside(command, one.loss.table, one.rows or 0, limit, advice)


def at_stake(stakes: Sequence[Stake]) -> str:
    """Return what is at stake, as a sentence without its end."""
    first = [one.loss.name or "an unknown table" for one in stakes[:3]]
    more = f" and {counted(len(stakes) - len(first), 'more')[:-1]}" if len(stakes) > len(first) else ""
    return f"data of {', '.join(dict.fromkeys(first))}{more} would be lost"
