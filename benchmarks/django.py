"""Django's equivalent of a generated project: an app for each service, a model for each table, its own migrations."""

from collections.abc import Iterator
from pathlib import Path

from sqlalchemy import URL

from benchmarks import projects
from benchmarks.projects import SLOW, Size, Table

ENGINES = {"sqlite": "sqlite3", "postgresql": "postgresql", "mysql": "mysql"}
MANAGE = """import os
import sys

from django.core.management import execute_from_command_line

os.environ["DJANGO_SETTINGS_MODULE"] = "settings"
execute_from_command_line(sys.argv)
"""
SETTINGS = """{prelude}SECRET_KEY = "only for a benchmark"
INSTALLED_APPS = {apps!r}
DEFAULT_AUTO_FIELD = "django.db.models.AutoField"
DATABASES = {{"default": {database!r}}}
USE_TZ = True
"""
# As Django's users do who have PyMySQL in place of mysqlclient; the version is what Django asks mysqlclient for.
PYMYSQL = """import pymysql

pymysql.version_info = (2, 2, 7, "final", 0)
pymysql.install_as_MySQLdb()

"""
MODEL = """

class {cls}(models.Model):
    name = models.CharField(max_length=80, db_index=True)
{fields}
    class Meta:
        db_table = "{table}"
"""
PARENT = "models.ForeignKey({target!r}, models.CASCADE)"
COLUMN = "models.CharField(max_length=40, null=True)"
MIGRATION = """from django.db import migrations, models


class Migration(migrations.Migration):
    initial = {initial}
    dependencies = {dependencies!r}
    operations = [
{operations}    ]
"""
CREATE = """        migrations.CreateModel(
            name="{cls}",
            fields=[
                ("id", models.AutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.CharField(db_index=True, max_length=80)),{parent}
            ],
            options={{"db_table": "{table}"}},
        ),
"""
CREATE_PARENT = """
                ("parent", models.ForeignKey(on_delete=models.CASCADE, to={target!r})),"""
ADD = '        migrations.AddField(model_name="{model}", name="c{number}", field={field}),\n'


def make(root: Path, size: Size, url: URL, seconds: float = 0.0) -> None:
    """Write the project; importing its models takes so many seconds longer."""
    for service, tables in projects.by_service(size).items():
        app = root / f"service{service}"
        (app / "migrations").mkdir(parents=True)
        (app / "__init__.py").touch()
        (app / "migrations" / "__init__.py").touch()
        slow = SLOW.format(seconds=seconds) if seconds and not service else ""
        (app / "models.py").write_text(slow + "from django.db import models\n" + "".join(map(_model, tables)), "utf-8")
        _write_migrations(app, size, service)
    (root / "manage.py").write_text(MANAGE, encoding="utf-8")
    (root / "settings.py").write_text(_settings(size, url), encoding="utf-8")


def _settings(size: Size, url: URL) -> str:
    in_file = url.get_backend_name() == "sqlite"
    database = {"ENGINE": f"django.db.backends.{ENGINES[url.get_backend_name()]}", "NAME": url.database}
    if not in_file:
        database |= {"USER": url.username, "PASSWORD": url.password, "HOST": url.host, "PORT": str(url.port)}
    return SETTINGS.format(
        prelude=PYMYSQL if url.get_backend_name() == "mysql" else "",
        apps=[f"service{number}" for number in projects.by_service(size)],
        database=database,
    )


def _model(table: Table) -> str:
    fields = [f"c{number} = {COLUMN}" for number in table.columns]
    if table.parent:
        fields.insert(0, f"parent = {PARENT.format(target=projects.class_of(table.parent))}")
    return MODEL.format(cls=table.cls, table=table.name, fields="".join(f"    {field}\n" for field in fields))


def _write_migrations(app: Path, size: Size, service: int) -> None:
    before = ""
    for number, text in _operations(size, service):
        name = f"{number:04}_change"
        dependencies = [(app.name, before)] if before else []
        migration = MIGRATION.format(initial=not before, dependencies=dependencies, operations=text)
        (app / "migrations" / f"{name}.py").write_text(migration, encoding="utf-8")
        before = name


def _operations(size: Size, service: int) -> Iterator[tuple[int, str]]:
    """Yield the numbers of the revisions that change tables of a service, with what they do."""
    for number in range(size.revisions):
        created = projects.created_by(size, number)
        text = "".join(_create(table) for table in created if table.service == service)
        changed = number % size.tables
        if not created and projects.service_of(size, changed) == service:
            model = projects.class_of(projects.name_of_table(size, changed)).lower()
            text = ADD.format(model=model, number=number, field=COLUMN)
        if text:
            yield number, text


def _create(table: Table) -> str:
    parent = ""
    if table.parent:
        parent = CREATE_PARENT.format(target=f"service{table.service}.{projects.class_of(table.parent)}")
    return CREATE.format(cls=table.cls, table=table.name, parent=parent)
