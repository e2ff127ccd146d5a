"""Real boots: systemd is the one process that was started, and everything else follows from the units installed."""
import pytest

pytestmark = [pytest.mark.root, pytest.mark.installed, pytest.mark.slow]

APP_USER = "u app - \"A service\"\n"


def test_boots_with_secrets(debian, record_property):
    debian.policy("""\
secrets:
  app/token: {to: [web], file: secrets/token.age, key: ".", owner: app, restart: [app.service]}
templates:
  app.env: {to: [web], content: "TOKEN={{ app/token }}\\n", owner: app}
""")
    debian.seal("secrets/token.age", "c4n4ry-1")
    debian.write("/usr/lib/sysusers.d/app.conf", APP_USER)
    debian.unit("app.service", """\
[Unit]
Requires=bestow.target
After=bestow.target
[Service]
Type=oneshot
RemainAfterExit=yes
User=app
ExecStart=cat /run/secrets/app/token /run/secrets/rendered/app.env
StandardOutput=append:/out/app
[Install]
WantedBy=multi-user.target
""")
    booted = debian.boot("whole")
    record_property("told", f"boot log: {booted.log}")
    assert booted.read("app") == "c4n4ry-1TOKEN=c4n4ry-1\n"
