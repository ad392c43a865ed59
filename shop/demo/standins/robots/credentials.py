"""The pretend robots' tokens and secrets, made once per data directory."""

import fcntl
import json
import secrets
import uuid
from dataclasses import asdict, dataclass, field
from pathlib import Path

from shop.demo.standins.credentials import write_private


@dataclass(frozen=True)
class RobotCredentials:
    """What stands in the robots' addresses, and the secrets with which two of them are signed."""

    wecom_key: str = field(repr=False)
    dingtalk_token: str = field(repr=False)
    dingtalk_secret: str = field(repr=False)
    feishu_hook: str = field(repr=False)
    feishu_secret: str = field(repr=False)

    def list_addresses(self) -> dict[str, dict[str, str]]:
        """Address and secret of each robot, by its kind, as its group's settings show them."""
        return {
            "wecom": {
                "url": f"https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key={self.wecom_key}",
                "secret": "",
            },
            "dingtalk": {
                "url": f"https://oapi.dingtalk.com/robot/send?access_token={self.dingtalk_token}",
                "secret": self.dingtalk_secret,
            },
            "feishu": {
                "url": f"https://open.feishu.cn/open-apis/bot/v2/hook/{self.feishu_hook}",
                "secret": self.feishu_secret,
            },
        }


def load_robot_credentials(data_dir: Path | str) -> RobotCredentials:
    """Read the credentials of `data_dir`, made first if there are none; safe from several processes."""
    folder = Path(data_dir)
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "robots.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (folder / "robots.json").exists():
            write_private(folder / "robots.part", json.dumps(asdict(_make_credentials()), indent=2))
            (folder / "robots.part").rename(folder / "robots.json")
    return RobotCredentials(**json.loads((folder / "robots.json").read_text()))


def _make_credentials() -> RobotCredentials:
    return RobotCredentials(
        wecom_key=str(uuid.uuid4()),
        dingtalk_token=secrets.token_hex(32),
        dingtalk_secret=f"SEC{secrets.token_hex(32)}",
        feishu_hook=str(uuid.uuid4()),
        feishu_secret=secrets.token_urlsafe(16),
    )
