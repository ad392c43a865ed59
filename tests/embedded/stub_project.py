"""A project whose processes do next to nothing, so that the supervisor is tested for itself, quickly."""

import shutil
import sys
from pathlib import Path

PROJECT = Path(__file__).resolve().parents[2]

MANAGE = """
import os, signal, sqlite3, sys, time
from urllib.parse import unquote
command = sys.argv[1]
database = unquote(os.environ["DATABASE_URL"].removeprefix("sqlite:///"))
with open(os.path.join(os.environ["DATA_DIR"], "logs", "commands"), "a") as log:
    log.write(command + "\\n")
if command == "migrate":
    connection = sqlite3.connect(database)
    connection.execute("CREATE TABLE IF NOT EXISTS django_migrations (id)")
    connection.execute("INSERT INTO django_migrations VALUES (1)")
    connection.commit()
elif command == "seed_demo":
    if os.path.exists("seeding-fails"):
        sys.exit("no shop today")
elif command == "restore_demo":
    assert sys.argv[3] == "--keys-file"
    if os.environ["BACKUP_PASSPHRASE"] != "open sesame now":
        sys.exit("CommandError: The passphrase is wrong, or the archive was changed.")
    sqlite3.connect(database).executescript("CREATE TABLE django_migrations (id)")
    with open(sys.argv[4], "w") as keys:
        keys.write("SEARCH_KEY=restored\\n")
elif command == "demo_logins":
    print("owner: owner / secret")
elif command == "deliver" and os.path.exists("deliver-fails"):
    sys.exit("cannot deliver")
else:
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    while True:
        time.sleep(1)
"""

ASGI = """
async def application(scope, receive, send):
    if scope["type"] == "http":
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b"{}"})
"""

CELERY = """
import os
from celery import Celery
app = Celery("shop", broker=os.environ["REDIS_URL"].replace("unix:", "redis+socket:"))
"""

STANDINS = "import http.server, sys\nhttp.server.test(port=int(sys.argv[2]), bind='127.0.0.1')\n"


def make_stub_project(directory: Path) -> Path:
    """Build the project: the real `bin/run` and supervisor with stubs in place of everything they start."""
    shop = directory / "shop"
    shutil.copytree(PROJECT / "bin", directory / "bin")
    shutil.copytree(PROJECT / "requirements", directory / "requirements")
    shutil.copytree(PROJECT / "shop" / "demo" / "supervisor", shop / "demo" / "supervisor")
    shutil.copytree(PROJECT / "shop" / "backup", shop / "backup")
    shutil.copy(PROJECT / "shop" / "queues.py", shop / "queues.py")
    (directory / ".venv").symlink_to(sys.prefix)
    stubs = {
        "manage.py": MANAGE, "shop/__init__.py": "", "shop/asgi.py": ASGI, "shop/celery.py": CELERY,
        "shop/settings.py": "SECRET_KEY = 'stub'\n",
        "shop/demo/__init__.py": "", "shop/demo/standins.py": STANDINS, "shop/migrations/0001_initial.py": "",
    }  # fmt: skip
    for name, text in stubs.items():
        file = directory / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
    return directory
