#!/usr/bin/env python3
"""Two years of a team that keeps its secrets in git: see README.md. Usage: team_history.py FOLDER (needs PYTHONPATH=tests)

The structure is the same each time; keys and ciphertexts are new. `play` returns the Team, whose `policy`, `keys` and
`renames` are the record that the truth is held against."""
import sys

from team import Team, key_text
from team_keys import program
from team_policy import Host, Operator, Secret

FILES = {  # file: its values at the start
    "secrets/db.yaml": {"password": "", "replication": "", "pool": 16, "pin": "4711"},
    "secrets/web.yaml": {"#1": "the shop", "session": "", "smtp": {"password": "", "user": "shop@example.org"}, "admin-pin": "0815",
                         "motd_unencrypted": "hello", "nothing": ""},
    "secrets/dns.yaml": {"api-key": "", "tsig": ""},
    "secrets/mail.yaml": {"dkim": "", "relay": ""},
    "secrets/tls.json": {"tls.key": "", "chain": ["", ""]},
    "secrets/backup.env": {"RESTIC_PASSWORD": "", "AWS_SECRET": ""},
    "secrets/legacy.ini": {"imap": {"user": "imap-user", "password": ""}},
    "secrets/deploy.yaml": {"token": "", "webhook": ""},
}


def filled(team, value):
    if value == "":
        return team.new_value()
    if isinstance(value, dict):
        return {key: one if key in ("nothing", "#1") else filled(team, one) for key, one in value.items()}
    if isinstance(value, list):
        return [filled(team, one) for one in value]
    return value


def leaves(values, path=()):
    for key, value in values.items():
        if isinstance(value, dict):
            yield from leaves(value, (*path, key))
        elif isinstance(value, list):
            yield from ((*path, key, index) for index in range(len(value)))
        elif isinstance(value, str) and not key.endswith("_unencrypted") and key not in ("nothing", "#1"):
            yield (*path, key)


# Left alone by ordinary life: what nobody thinks of, and what the scenes below are about.
LEFT_ALONE = {("secrets/web.yaml", "smtp.user"), ("secrets/web.yaml", "smtp.password"), ("secrets/web.yaml", "admin-pin"),
              ("secrets/db.yaml", "pin"), ("secrets/mail.yaml", "relay"), ("secrets/mail.yaml", "dkim"),
              ("secrets/dns.yaml", "api-key"), ("secrets/tls.json", "'tls.key'"), ("secrets/tls.json", "chain[1]"),
              ("secrets/backup.env", "RESTIC_PASSWORD"), ("secrets/legacy.ini", "imap.user"), ("secrets/deploy.yaml", "webhook")}
PLACES = [(file, list(path)) for file, values in FILES.items() for path in leaves(values)
          if (file, key_text(path)) not in LEFT_ALONE]


class Play(Team):
    # -- ordinary life

    def days_pass(self, commits, tools=("sops",), person="alice", files=None):
        """What happens in between: work without secrets, and values that somebody changes."""
        for _ in range(2 * commits):
            if self.random.random() < 0.45:
                self.write(f"machines/{self.random.choice(['web', 'db', 'dns'])}.conf", f"revision {self.random.random()}\n")
                self.commit("Configure", person)
                continue
            places = [place for place in PLACES if (self.path / place[0]).exists() and (not files or place[0] in files)]
            file, key = self.random.choice(places)
            tool = self.random.choice(tools)
            if tool == "edit" and (isinstance(key[-1], int) or file.endswith(".ini")):
                tool = "sops"
            self.set(file, key, self.new_value(), tool, person)
            self.commit(f"Change {key_text(key)} in {file}", person)

    def declare(self, name, to, file="", key=None, per="", **options):
        self.policy.secrets[name] = Secret(name, to, per, (file, key) if file else None, **options)

    def host(self, name, roles, env, kind="ed25519"):
        self.policy.hosts[name] = Host(name, [self.keys.make(name, kind)], roles, env)

    def operator(self, name, kind, **options):
        key = self.keys.make(name, kind)
        self.person(name, key)
        self.policy.operators[name] = Operator(name, [key], **options)

    # -- 2024-11: sops of that time, native keys only

    def begin(self):
        self.operator("alice", "age")
        self.operator("dave", "age")
        for name, roles, env in (("web1", ["web"], "prod"), ("db1", ["db"], "prod"), ("dns1", ["dns"], "prod"),
                                 ("old1", ["web", "mail"], "prod")):
            self.host(name, roles, env)
        for name, to in (("db/password", ["db", "web"]), ("db/replication", ["db", "web"]), ("db/pool", ["db", "web"]),
                         ("db/pin", ["db", "web"]), ("web/session", ["web"]), ("web/admin-pin", ["web"]),
                         ("dns/api-key", ["dns"]), ("dns/tsig", ["dns"]), ("mail/dkim", ["mail"]), ("mail/relay", ["mail"]),
                         ("deploy/token", []), ("deploy/webhook", [])):
            self.declare(name, to)
        self.declare("web/smtp-password", ["web"], "secrets/web.yaml", ["smtp", "password"])
        self.declare("tls/key", ["web"], "secrets/tls.json", ["tls.key"])
        self.declare("tls/chain", ["web"], "secrets/tls.json", ["chain", 0])
        self.declare("restic/password", ["db"], "secrets/backup.env", ["RESTIC_PASSWORD"])
        self.declare("imap/password", ["mail"], "secrets/legacy.ini", ["imap", "password"])
        self.write("README", "Our machines\n")
        self.write_policy()
        self.commit("Begin")
        for file, values in FILES.items():
            self.create(file, filled(self, values))
        self.commit("Encrypt what we have")
        self.declare("backup-key", ["db"], "legacy/backup.age", ["."])
        self.declare("wifi", ["web"], "legacy/wifi.age", ["."])
        self.write_agenix()
        self.commit("Add what agenix has")
        self.days_pass(14, ("sops", "sops-old", "edit"))

    def write_agenix(self, names=("backup-key", "wifi"), keep=False):
        """As agenix would: to the machines' SSH keys, and to native age keys, whose stanzas carry no name."""
        for name in names:
            secret = self.policy.secrets[name]
            file = secret.place[0]
            keys = [key for (kind, who), key in self.policy.readers(file) if kind == "host" or who in ("alice", "erin")]
            content = self.age_content(file) if keep else self.new_value(32) + "\n"
            self.age_file(file, content, keys)

    # -- 2025: SSH keys, machines come and go, somebody leaves

    def bob_comes(self):
        self.operator("bob", "ed25519")
        self.write_policy()
        self.update_keys()
        self.commit("Welcome bob")
        self.days_pass(6, ("sops", "edit"), "bob")

    def laptop_is_added_by_hand(self):
        """A key of which no policy ever knew."""
        self.stolen = self.keys.make("laptop")
        self.sops("rotate", "-i", "--add-age", self.stolen.declared, "secrets/deploy.yaml", person="bob")
        self.sops("rotate", "-i", "--add-age", self.stolen.x25519_public, "secrets/dns.yaml", person="bob")
        self.commit("Deploy from the train", "bob")
        self.set("secrets/deploy.yaml", ["token"], self.new_value(), person="bob")
        self.commit("A new token", "bob")
        self.days_pass(3)
        self.sops("rotate", "-i", "--rm-age", self.stolen.declared, "secrets/deploy.yaml", person="bob")
        self.update_keys("secrets/dns.yaml")
        self.commit("Not from the train any more", "bob")
        self.set("secrets/dns.yaml", ["tsig"], self.new_value())
        self.commit("A new TSIG key")

    def old1_is_scrapped(self):
        """Removed from the policy and from the files in one commit; some of what it knew is changed."""
        del self.policy.hosts["old1"]
        self.host("mail1", ["mail"], "prod")
        self.write_policy()
        self.update_keys()
        self.rotate_data_key("secrets/mail.yaml")
        self.write_agenix(["wifi"])
        self.commit("Scrap old1, buy mail1")
        self.set("secrets/mail.yaml", ["relay"], self.new_value())
        self.set("secrets/web.yaml", ["session"], self.new_value())
        self.commit("Change what old1 knew")

    def dave_leaves(self):
        """His key stays in the files for a month."""
        del self.policy.operators["dave"]
        self.write_policy()
        self.commit("Farewell, dave")
        self.days_pass(9, ("sops", "edit"))
        self.passes(14)
        self.update_keys()
        self.commit("Oh, dave's key was still there")
        self.set("secrets/backup.env", ["AWS_SECRET"], self.new_value())
        self.commit("Change the cloud key that dave knew")

    def web1_is_reinstalled(self):
        self.policy.hosts["web1"].keys = [self.keys.make("web1-reinstalled")]
        self.write_policy()
        self.update_keys()
        self.write_agenix(["wifi"])
        self.commit("web1 has a new disk")
        self.days_pass(3)

    # -- bestow comes

    def bestow_comes(self):
        self.has_bestow = True
        self.operator("carol", "rsa")
        self.operator("erin", "age", listed=True)
        self.operator("ci", "age", listed=True)
        self.operator("safe", "age", recovery=True)
        self.policy.access["secrets/deploy.yaml"] = ["alice", "bob", "ci"]
        for file in ("legacy/backup.age", "legacy/wifi.age"):
            self.policy.access[file] = ["alice", "erin"]
        self.write_policy()
        self.sync()
        self.write_agenix()
        self.commit("Let bestow do it")
        self.host("web2", ["web"], "test")
        self.write_policy()
        self.bestow_accepting("sync", person="bob")
        self.commit("Declare web2", "bob")
        self.days_pass(9, ("sops", "bestow", "edit"))

    def secrets_of_each(self):
        self.declare("wireguard/private", ["web", "db"], per="host")
        self.declare("api/token", ["web", "db"], per="env")
        self.declare("api/pin", ["web", "db"], per="env")
        self.declare("shared/ntp", ["web"])
        self.declare("shared/monitoring", ["all"])
        self.policy.shared.append("secrets/shared.yaml")
        self.declare("disk", ["db"], "secrets/disk.key", ["."])
        self.write_policy()
        for host in ("web1", "web2", "db1"):
            self.bestow_accepting("set", "wireguard/private", "--host", host, input=self.new_value(32))
        for host, pin in (("web1", "1234"), ("web2", "1234")):
            self.bestow_accepting("set", "api/token", "--host", host, input=self.new_value())
            self.bestow_accepting("set", "api/pin", "--host", host, input=pin)
        self.bestow_accepting("set", "shared/ntp", input=self.new_value())
        self.bestow_accepting("set", "shared/monitoring", input=self.new_value())
        self.create("secrets/disk.key", bytes(self.random.randrange(256) for _ in range(256)))
        self.commit("Secrets of each machine and environment")
        self.days_pass(6, ("sops", "bestow"), "bob")

    def same_password_twice(self):
        """The relay's password is the shop's, too."""
        self.set("secrets/web.yaml", ["smtp", "password"], self.get("secrets/mail.yaml", ["relay"]), "bestow")
        self.commit("The shop sends by the relay")
        self.set("secrets/dns.yaml", ["api-key"], "short")
        self.set("secrets/mail.yaml", ["dkim"], "short")
        self.commit("Two values alike that are too short to mean anything")

    def value_set_back(self):
        """Rotated, and set back after a reader had left: the old one's readers know it again."""
        before = self.get("secrets/tls.json", ["tls.key"])
        self.set("secrets/tls.json", ["tls.key"], self.new_value(), "bestow")
        self.commit("A new certificate")
        self.days_pass(3, ("bestow",))
        self.policy.hosts["web2"].roles = ["dns"]
        self.write_policy()
        self.sync()
        self.commit("web2 serves names now")
        self.set("secrets/tls.json", ["tls.key"], before)
        self.commit("The new certificate does not work: back")

    def in_clear_for_one_commit(self):
        text = self.sops("decrypt", "secrets/backup.env")
        sealed = self.read("secrets/backup.env")
        self.write("secrets/backup.env", text)
        self.commit("Oops", "bob", days=0.1)
        self.write("secrets/backup.env", sealed)
        self.commit("Encrypt it again", "bob", days=0.1)

    # -- branches

    def rotation_meets_reader(self):
        """A value changes on one branch, a reader comes on the other; git merges both by itself or people do."""
        self.git("switch", "-q", "-c", "rotate-db")
        self.set("secrets/db.yaml", ["replication"], self.new_value(), person="bob")
        self.commit("Rotate the replication password", "bob")
        self.git("switch", "-q", "main")
        self.host("db2", ["db"], "prod")
        self.write_policy()
        self.sync()
        self.commit("A second database")
        self.merged("rotate-db", ["secrets/db.yaml"])

    def merged(self, branch, files):
        """Merges; where git cannot, the branch's values are set again on our side's file."""
        if self.merge(branch, f"Merge {branch}"):
            return
        wanted = {}
        for file in files:
            self.write("theirs.yaml", self.git("show", f"{branch}:{file}"))
            wanted[file] = {key: self.get("theirs.yaml", [key]) for key in ("password", "replication")
                            if file.endswith("db.yaml")}
            (self.path / "theirs.yaml").unlink()
            self.git("checkout", "-q", "--ours", "--", file)
        for file, values in wanted.items():
            for key, value in values.items():
                self.set(file, [key], value)
        self.commit(f"Merge {branch}, by hand", days=0.1)

    def conflict(self):
        """Both sides rotate; the conflict is first committed as it is, and mended afterwards."""
        self.git("switch", "-q", "-c", "rotate-both")
        self.set("secrets/db.yaml", ["password"], self.new_value(), person="bob")
        self.commit("Rotate the password on a branch", "bob")
        self.git("switch", "-q", "main")
        self.set("secrets/db.yaml", ["password"], self.new_value())
        self.commit("Rotate the password here, too")
        if self.merge("rotate-both", "Merge rotate-both"):
            raise AssertionError("this should have been a conflict")
        self.commit("Merge rotate-both: hm", days=0.1)
        self.git("checkout", "-q", "rotate-both", "--", "secrets/db.yaml")
        self.commit("Take the branch's database passwords", days=0.1)

    def force_pushed(self):
        """A machine and its values that main never saw: a branch that was rewritten, and another one that only a ref keeps."""
        self.git("switch", "-q", "-c", "experiment")
        self.host("lab", ["web"], "test")
        self.write_policy()
        self.sync()
        self.commit("Try lab")
        self.git("switch", "-q", "main")
        del self.policy.hosts["lab"]
        self.git("branch", "-q", "-f", "experiment", "main")
        self.git("switch", "-q", "-c", "review")
        self.sops("rotate", "-i", "--add-age", self.stolen.x25519_public, "secrets/mail.yaml", person="bob")
        self.commit("Let me look into it from the train", "bob")
        self.git("update-ref", "refs/pull/7/head", "HEAD")
        self.git("switch", "-q", "main")
        self.git("branch", "-q", "-D", "review", "rotate-both", "rotate-db")
        self.days_pass(4, ("sops", "bestow"))

    # -- files move

    def files_move(self):
        self.git("mv", "secrets/legacy.ini", "secrets/imap.ini")
        self.declare("imap/password", ["mail"], "secrets/imap.ini", ["imap", "password"])
        self.renames.append(("secrets/legacy.ini", "secrets/imap.ini"))
        self.write_policy()
        self.commit("Give legacy.ini a better name")
        self.bestow_accepting("mv", "dns/tsig", "names/tsig")
        del self.policy.secrets["dns/tsig"]
        self.declare("names/tsig", ["dns"])
        self.write_policy()
        self.commit("TSIG moves to a file of its own")
        value = self.age_content("legacy/wifi.age")  # the new place holds the same bytes, line break included
        (self.path / "legacy/wifi.age").unlink()
        del self.policy.secrets["wifi"]
        self.declare("wifi/psk", ["web"])
        self.write_policy()
        self.bestow_accepting("set", "wifi/psk", "--raw", input=value, person="bob")
        self.commit("WLAN leaves agenix", "bob")

    def age_content(self, file):
        return self.run(program("age"), "-d", "-i", self.policy.operators["alice"].keys[0].identity, file)

    def file_comes_back(self):
        """Deleted, and restored from an older commit a month later, with the readers of then."""
        old = self.git("rev-parse", "HEAD").strip()
        self.git("rm", "-q", "secrets/mail.yaml")
        self.commit("No mail any more")
        self.days_pass(4, ("bestow",))
        self.policy.hosts["mail1"].keys = [self.keys.make("mail1-reinstalled")]
        self.git("checkout", "-q", old, "--", "secrets/mail.yaml")
        self.write_policy()
        self.commit("Mail again, on a new machine")
        self.sync()
        self.commit("Let it read its secrets")

    # -- months in which bestow's own commands do it: they write bestow.yaml, and the play only takes note

    def taken_note(self, message, person="alice"):
        """What a command made of bestow.yaml is committed as it is."""
        self.write(".sops.yaml", self.policy.sops_yaml())
        self.commit(message, person)

    def bestow_makes_values(self):
        self.policy.roles.append("queue")
        self.host("queue1", ["queue"], "prod", "age")
        self.host("queue2", ["queue"], "prod")
        self.operator("frank", "ed25519", listed=True)
        self.operator("grace", "age", listed=True)
        for file in ("secrets/deploy.yaml", "secrets/queue.yaml", "secrets/broker.yaml", "secrets/queue-admin.yaml"):
            ci = ["ci"] if "deploy" in file else []
            self.policy.access[file] = ["alice", "bob", *ci, "frank", "grace"]
        self.declare("queue/password", ["queue"], generate="text", keep_previous=True)
        self.declare("queue/cookie", ["queue"], generate="hex")
        self.declare("queue/admin", ["queue"], "secrets/queue-admin.yaml", ["admin"], generate="passphrase")
        self.declare("vpn/private", ["queue"], per="host", generate="wireguard", keep_previous=True)
        self.write_policy()
        self.sync()
        self.commit("queue1, queue2, frank and grace")
        self.bestow_accepting("generate", person="frank")
        self.taken_note("What the queue needs", "frank")
        self.bestow_accepting("rotate", "queue/password")
        self.taken_note("Rotate the queue's password, and keep the old one for a while")

    def replace_key(self, kind, name, *words):
        """By bestow. Returns the key before and the new one."""
        holder = (self.policy.hosts if kind == "host" else self.policy.operators)[name]
        [old], new = holder.keys, self.keys.make(f"{name}-{self.values}", holder.keys[0].kind)
        self.bestow_accepting(kind, "replace-key", name, "--key", new.declared, *words)
        if kind == "operator":
            self.person(name, new)
        return holder, old, new

    def keys_are_replaced_at_once(self):
        """New data keys, and only some new values."""
        holder, _, new = self.replace_key("host", "queue2")
        holder.keys = [new]
        self.taken_note("queue2's key lay on a backup")
        self.bestow_accepting("rotate", "vpn/*", "--host", "queue2")
        self.taken_note("A new VPN key for queue2")
        holder, _, new = self.replace_key("operator", "frank")
        holder.keys = [new]
        self.taken_note("frank lost his laptop")
        self.bestow_accepting("rotate", "queue/cookie", person="frank")
        self.taken_note("Rotate what frank thinks of", "frank")

    def keys_are_replaced_after_a_date(self):
        """Both keys read for a while; the day that passes is one of the real clock, so that it is moved instead."""
        for kind, name in (("host", "queue1"), ("operator", "grace")):
            holder, old, new = self.replace_key(kind, name, "--until", "2099-01-31")
            holder.keys = [new, old]
            self.taken_note(f"A new key for {name}")
        self.days_pass(2, ("bestow",), "grace", ["secrets/deploy.yaml"])
        for holder in (self.policy.hosts["queue1"], self.policy.operators["grace"]):
            holder.expired = [holder.keys.pop()]
        self.write("bestow.yaml", self.read("bestow.yaml").replace("2099-01-31", "2026-06-01"))
        self.sync()
        self.taken_note("The day has passed")

    def data_keys_are_new(self):
        self.bestow_accepting("rekey", "secrets/queue.yaml", "secrets/dns.yaml")
        self.taken_note("New data keys, in case of need")
        self.bestow_accepting("mv", "queue/cookie", "broker/cookie")
        self.policy.secrets["broker/cookie"] = self.policy.secrets.pop("queue/cookie")
        self.policy.secrets["broker/cookie"].name = "broker/cookie"
        self.taken_note("The queue is a broker now")

    def queue1_and_grace_leave(self):
        """Each by one command; the queue's password alone is made anew, and its last but one is gone by that."""
        self.bestow_accepting("host", "remove", "queue1")
        del self.policy.hosts["queue1"]
        self.taken_note("queue1 is sold")
        self.bestow_accepting("rotate", "queue/password")
        self.taken_note("Rotate what queue1 knew best")
        self.bestow_accepting("operator", "remove", "grace")
        del self.policy.operators["grace"]
        for names in self.policy.access.values():
            names[:] = [name for name in names if name != "grace"]
        self.taken_note("Farewell, grace")
        self.bestow_accepting("rotate", "queue/admin")
        self.taken_note("Rotate what grace used")

    # -- the last months

    def erin_leaves(self):
        """She looked after the old age files alone; the one that is left keeps its value."""
        del self.policy.operators["erin"]
        self.policy.access = {"secrets/deploy.yaml": ["alice", "bob", "ci"], "legacy/backup.age": ["alice"]}
        self.write_policy()
        self.write_agenix(["backup-key"], keep=True)
        self.commit("Farewell, erin")

    def carol_leaves(self):
        """At once, by bestow; not everything is changed."""
        self.bestow_accepting("operator", "remove", "--yes", "carol")
        del self.policy.operators["carol"]
        self.write_policy()
        self.commit("Farewell, carol")
        self.set("secrets/db.yaml", ["password"], self.new_value(), "bestow")
        self.set("secrets/web.yaml", ["session"], self.new_value(), "bestow")
        self.commit("Change what carol knew, as far as we remember")

    def bob_has_a_new_key(self):
        key = self.keys.make("bob-2026")
        self.policy.operators["bob"].keys = [key]
        self.write_policy()
        self.sync()
        self.person("bob", key)
        self.commit("bob has a new laptop")
        self.days_pass(6, ("sops", "bestow"), "bob")

    def dns1_gets_a_new_key(self):
        """The old one stays until a date that has passed since."""
        host = self.policy.hosts["dns1"]
        host.expired, host.keys = list(host.keys), [self.keys.make("dns1-2026")]
        self.write_policy()
        self.sync()
        self.commit("A new host key for dns1")

    def db2_is_sold(self):
        self.bestow_accepting("host", "remove", "--yes", "db2")
        del self.policy.hosts["db2"]
        self.write_policy()
        self.commit("db2 is sold")
        self.days_pass(5, ("bestow", "sops"))
        self.set("secrets/db.yaml", ["replication"], self.new_value(), "bestow")
        self.commit("Change the replication password")

    def drift_at_the_end(self):
        """mail1 becomes a web server; the files do not know it yet."""
        self.host("shop2", ["web"], "prod", "rsa")
        self.write_policy()
        self.sync()
        self.commit("A second shop")
        self.policy.hosts["shop2"].roles = ["dns"]
        self.write_policy()
        self.commit("shop2 serves names, but nobody has synced")


def play(folder, seed=5):
    team = Play(folder, seed)
    team.begin()
    team.bob_comes()
    team.laptop_is_added_by_hand()
    team.days_pass(8, ("sops", "edit"))
    team.old1_is_scrapped()
    team.days_pass(8, ("sops", "edit"))
    team.dave_leaves()
    team.web1_is_reinstalled()
    team.bestow_comes()
    team.secrets_of_each()
    team.same_password_twice()
    team.days_pass(6, ("sops", "bestow"), files=["secrets/db.yaml", "secrets/deploy.yaml"])
    team.value_set_back()
    team.in_clear_for_one_commit()
    team.rotation_meets_reader()
    team.days_pass(8, ("sops", "bestow"))
    team.conflict()
    team.force_pushed()
    team.files_move()
    team.days_pass(8, ("sops", "bestow"))
    team.file_comes_back()
    team.erin_leaves()
    team.bestow_makes_values()
    team.keys_are_replaced_at_once()
    team.keys_are_replaced_after_a_date()
    team.data_keys_are_new()
    team.queue1_and_grace_leave()
    team.carol_leaves()
    team.bob_has_a_new_key()
    team.dns1_gets_a_new_key()
    team.days_pass(6, ("bestow",))
    team.db2_is_sold()
    team.drift_at_the_end()
    return team


if __name__ == "__main__":
    done = play(sys.argv[1])
    print(f"{done.path}: {done.git('rev-list', '--count', 'HEAD').strip()} commits, {len(done.keys.keys)} keys")
