"""The supervisor keeps every process alive, gives up with a reason, and leaves nothing behind."""

import os
import pty
import signal
import socket
import stat
import subprocess
from pathlib import Path

import pytest

from shop.demo.supervisor.shop import find_free_port
from tests.embedded.run_command import PROCESS_NAMES, RunCommand, is_alive, run_once, wait_until
from tests.embedded.stub_project import make_stub_project

pytestmark = pytest.mark.fault
PASSPHRASE = "open sesame now"


@pytest.fixture
def project(tmp_path: Path) -> Path:
    return make_stub_project(tmp_path / "project")


@pytest.fixture
def data_dir(tmp_path: Path) -> Path:
    return tmp_path / "data"


def commands(data_dir: Path) -> list[str]:
    return (data_dir / "logs" / "commands").read_text().split()


def test_it_prints_the_address_and_the_logins(project: Path, data_dir: Path) -> None:
    with RunCommand(data_dir, project=project) as run:
        run.wait_open()
        for page in ("console", "v"):
            assert f"http://127.0.0.1:{run.port}/{page}/" in run.output
        assert "owner: owner / secret" in run.output
        assert run.health_status() == 200


def test_every_killed_process_comes_back(project: Path, data_dir: Path) -> None:
    with RunCommand(data_dir, project=project) as run:
        run.wait_open()
        wait_until(lambda: run.pid("buyers") > 0, "the buyers come")
        for name in PROCESS_NAMES:
            run.wait_back(name, run.kill(name))
        wait_until(lambda: run.health_status() == 200, "the console answers")
        assert run.process.poll() is None


def test_ctrl_c_ends_with_status_0_and_leaves_no_process(project: Path, data_dir: Path) -> None:
    with RunCommand(data_dir, project=project) as run:
        run.wait_open()
        assert run.living_processes()
        assert run.stop() == 0
        assert run.living_processes() == []
        assert list((data_dir / "run").glob("*.pid")) == []


def test_a_killed_supervisor_leaves_no_process_and_the_next_start_works(
    project: Path, data_dir: Path
) -> None:
    with RunCommand(data_dir, project=project) as run:
        run.wait_open()
        pids = [run.pid(name) for name in PROCESS_NAMES if run.pid(name)]
        run.process.kill()
        with RunCommand(data_dir, project=project, port=run.port) as second:
            second.wait_open()
            assert [pid for pid in pids if is_alive(pid)] == []


def test_a_process_that_cannot_live_ends_the_shop_and_names_its_log(project: Path, data_dir: Path) -> None:
    (project / "deliver-fails").touch()
    with RunCommand(data_dir, project=project) as run:
        assert run.wait_end() == 1
        assert "deliver ended 5 times within a minute" in run.output
        assert str(data_dir / "logs" / "deliver.log") in run.output
        assert "cannot deliver" in (data_dir / "logs" / "deliver.log").read_text()
        assert run.living_processes() == []


def test_the_second_start_neither_migrates_nor_seeds(project: Path, data_dir: Path) -> None:
    for _ in range(2):
        run_once(data_dir, project=project)
    assert commands(data_dir).count("migrate") == 1
    assert commands(data_dir).count("seed_demo") == 1


def test_a_new_migration_is_applied_at_the_next_start(project: Path, data_dir: Path) -> None:
    run_once(data_dir, project=project)
    (project / "shop" / "migrations" / "0002_more.py").touch()
    run_once(data_dir, project=project)
    assert commands(data_dir).count("migrate") == 2
    assert commands(data_dir).count("seed_demo") == 1


def test_failed_seeding_is_told_and_started_over(project: Path, data_dir: Path) -> None:
    (project / "seeding-fails").touch()
    with RunCommand(data_dir, project=project) as run:
        assert run.wait_end() == 1
        assert "no shop today" in run.output
    (project / "seeding-fails").unlink()
    run_once(data_dir, project=project)
    assert commands(data_dir).count("migrate") == 2


def test_fresh_starts_over_and_touches_nothing_else(project: Path, data_dir: Path) -> None:
    run_once(data_dir, project=project)
    secrets = (data_dir / "secrets").read_text()
    (data_dir / "notes.txt").write_text("mine")
    run_once(data_dir, "--fresh", project=project)
    assert (data_dir / "notes.txt").read_text() == "mine"
    assert (data_dir / "secrets").read_text() != secrets
    assert commands(data_dir).count("seed_demo") == 1


@pytest.mark.parametrize("options", [[], ["--fresh"]])
def test_a_directory_with_other_files_is_refused(project: Path, data_dir: Path, options: list[str]) -> None:
    data_dir.mkdir()
    (data_dir / "shop.sqlite3").write_text("somebody else's")
    with RunCommand(data_dir, *options, project=project) as run:
        assert run.wait_end() == 1
        assert "files that are not this shop's" in run.output
    assert [file.name for file in data_dir.iterdir()] == ["shop.sqlite3"]


def test_secrets_are_private_and_kept(project: Path, data_dir: Path) -> None:
    kept = set()
    for _ in range(2):
        run_once(data_dir, project=project)
        kept.add((data_dir / "secrets").read_text())
    assert len(kept) == 1
    assert stat.S_IMODE(os.stat(data_dir).st_mode) == 0o700
    assert stat.S_IMODE(os.stat(data_dir / "secrets").st_mode) == 0o600


def test_a_second_shop_in_the_same_directory_is_refused(project: Path, data_dir: Path) -> None:
    with RunCommand(data_dir, project=project) as run:
        run.wait_open()
        with RunCommand(data_dir, project=project) as second:
            assert second.wait_end() == 1
            assert "another bin/run is already using" in second.output
        assert run.process.poll() is None


def test_a_data_directory_too_deep_for_a_socket_works(project: Path, tmp_path: Path) -> None:
    deep = tmp_path / ("d" * 120) / "names with spaces, 中文"
    deep.parent.mkdir()
    run_once(deep, project=project)


@pytest.fixture
def backup(tmp_path: Path) -> Path:
    file = tmp_path / "yesterday.shop"
    file.write_text("an archive")
    return file


def test_a_backup_takes_the_place_of_the_demo_shop(project: Path, data_dir: Path, backup: Path) -> None:
    run_once(data_dir, f"--restore={backup}", project=project, passphrase=PASSPHRASE)
    kept = (data_dir / "secrets").read_text()
    assert "SEARCH_KEY=restored" in kept
    assert not (data_dir / "run" / "restored-keys").exists()
    run_once(data_dir, project=project)
    assert commands(data_dir).count("restore_demo") == 1
    assert "seed_demo" not in commands(data_dir)
    assert (data_dir / "secrets").read_text() == kept
    assert PASSPHRASE not in (data_dir / "run" / "environment").read_text()


def test_the_passphrase_reaches_nobody_but_the_restoring_command(
    project: Path, data_dir: Path, backup: Path
) -> None:
    with RunCommand(data_dir, "--restore", str(backup), project=project, passphrase=PASSPHRASE) as run:
        run.wait_open()
        for name in ("web", "worker", "deliver"):
            assert PASSPHRASE.encode() not in Path(f"/proc/{run.pid(name)}/environ").read_bytes()


def test_a_wrong_passphrase_is_one_sentence_and_the_right_one_works_afterwards(
    project: Path, data_dir: Path, backup: Path
) -> None:
    options = ["--restore", str(backup)]
    with RunCommand(data_dir, *options, project=project, passphrase="something else") as run:
        assert run.wait_end() == 1
        last = run.output.splitlines()[-1]
        assert last == "bin/run: The passphrase is wrong, or the archive was changed."
    run_once(data_dir, *options, project=project, passphrase=PASSPHRASE)


def test_without_a_terminal_the_passphrase_has_to_be_set(project: Path, data_dir: Path, backup: Path) -> None:
    with RunCommand(data_dir, "--restore", str(backup), project=project) as run:
        assert run.wait_end() == 1
        assert "bin/run: Set BACKUP_PASSPHRASE: there is nobody to type the passphrase." in run.output


def type_at(project: Path, data_dir: Path, backup: Path, *, typed: bytes, until: bytes) -> bytes:
    """Start in a terminal of its own, type something when asked, and press Ctrl-C once `until` was said."""
    arguments = ["--data-dir", str(data_dir), "--port", str(find_free_port()), "--restore", str(backup)]
    pid, terminal = pty.fork()
    if pid == 0:
        os.execv(project / "bin" / "run", ["bin/run", *arguments])  # noqa: S606 as a user starts it
    said = b""
    for awaited, answer in ((b"Passphrase of the backup: ", typed), (until, b"\x03")):
        while awaited not in said:
            said += os.read(terminal, 4096)
        os.write(terminal, answer)
    os.waitpid(pid, 0)
    return said


def test_the_passphrase_is_typed_unseen(project: Path, data_dir: Path, backup: Path) -> None:
    typed = f"{PASSPHRASE}\n".encode()
    said = type_at(project, data_dir, backup, typed=typed, until=b"Ctrl-C stops the shop.")
    assert b"Restoring the backup" in said
    assert PASSPHRASE.encode() not in said


def test_ctrl_c_instead_of_a_passphrase_restores_nothing(project: Path, data_dir: Path, backup: Path) -> None:
    said = type_at(project, data_dir, backup, typed=b"\x03", until=b"nothing was restored.")
    assert b"Traceback" not in said
    assert not (data_dir / "shop.sqlite3").exists()


def test_a_backup_is_not_restored_over_a_shop(project: Path, data_dir: Path, backup: Path) -> None:
    run_once(data_dir, project=project)
    with RunCommand(data_dir, "--restore", str(backup), project=project, passphrase=PASSPHRASE) as run:
        assert run.wait_end() == 1
        assert "holds a shop already. A backup is restored into an empty directory" in run.output
    assert "restore_demo" not in commands(data_dir)


def test_a_port_in_use_gets_a_plain_sentence(project: Path, data_dir: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        with RunCommand(data_dir, project=project, port=port) as run:
            assert run.wait_end() == 1
            assert run.output == (
                f"bin/run: port {port} is in use by another program. Stop it or choose another with --port.\n"
            )
    assert not data_dir.exists()


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["--prot", "8000"], "I do not know --prot."),
        (["--port"], "--port needs a value."),
        (["--port", "http"], "--port must be a number from 1 to 65535, not http."),
        (["--port=70000"], "--port must be a number from 1 to 65535, not 70000."),
        (["--buyers", "-1"], "--buyers must be a whole number of orders a minute, not -1."),
        (["--data-dir", ""], "--data-dir needs a value."),
        (["--restore", "/no/such/file"], "there is no file /no/such/file."),
        (["--restore", "/etc/passwd", "--fresh"], "choose either --fresh or --restore"),
    ],
)
def test_a_wrong_flag_gets_a_plain_sentence(project: Path, arguments: list[str], sentence: str) -> None:
    result = subprocess.run([str(project / "bin" / "run"), *arguments], capture_output=True, text=True)
    assert result.returncode == 1
    assert result.stderr.startswith(f"bin/run: {sentence}")
    assert result.stderr.count("\n") == 1


def test_help_names_every_flag(project: Path) -> None:
    result = subprocess.run([str(project / "bin" / "run"), "--help"], capture_output=True, text=True)
    assert result.returncode == 0
    for flag in ("--port", "--buyers", "--fresh", "--restore", "--data-dir", "--host"):
        assert flag in result.stdout


def test_a_term_signal_while_the_shop_is_being_filled_ends_cleanly(project: Path, data_dir: Path) -> None:
    manage = project / "manage.py"
    manage.write_text(
        manage.read_text().replace('if os.path.exists("seeding-fails")', "while time.sleep(1) or True")
    )
    manage.write_text(manage.read_text().replace('sys.exit("no shop today")', "pass"))
    with RunCommand(data_dir, project=project) as run:
        wait_until(lambda: "Filling the demo shop" in run.output, "seeding begins")
        run.process.send_signal(signal.SIGTERM)
        assert run.wait_end() == 0
        assert run.living_processes() == []
