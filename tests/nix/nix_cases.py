"""Manifests for sops-install-secrets and the drop-in: each case is a function that installs some on a machine. What may
differ between both stands in DIFFERENCES, by case, with the deviation that explains it; everything else is the same."""
from nix_world import placeholder

CASES = {}


def case(function):
    CASES[function.__name__] = function
    return function


# --- contents

@case
def five_formats(side):
    world = side.world
    side.install(world.manifest(
        [world.secret("yaml"), world.secret("json", sopsFile=world.path("secrets.json"), format="json"),
         world.secret("env", sopsFile=world.path("secrets.env"), format="dotenv"),
         world.secret("ini", sopsFile=world.path("secrets.ini"), format="ini"),
         world.secret("bin", sopsFile=world.path("secrets.bin"), format="binary")]))


@case
def whole_documents(side):
    world = side.world
    side.install(world.manifest(
        [world.secret("yaml", key=""), world.secret("json", key="", sopsFile=world.path("secrets.json"), format="json"),
         world.secret("env", key="", sopsFile=world.path("secrets.env"), format="dotenv")]))


@case
def no_format_is_yaml(side):
    side.install(side.world.manifest([side.world.secret("a", format="")]))


@case
def strings_of_all_kinds(side):
    world = side.world
    side.install(world.manifest([world.secret(key, key=key) for key in ("lines", "no_end", "words", "unicode")]))


@case
def numbers_and_booleans(side):
    world = side.world
    for key in ("number", "truth"):
        side.install(world.manifest([world.secret("a"), world.secret("b", key=key)]))


@case
def key_below_a_json_key(side):
    world = side.world
    side.install(world.manifest([world.secret("a", key="nested/key", sopsFile=world.path("secrets.json"), format="json")]))


@case
def nested_names_and_keys(side):
    world = side.world
    side.install(world.manifest([world.secret("deep/er/file", key="nested/test/file"), world.secret("deep/other"),
                                 world.secret("top")]))


@case
def identities_from_ssh_keys(side):
    world = side.world
    side.install(world.manifest([world.secret("a")], ageKeyFile=None,
                                ageSshKeyPaths=["/etc/ssh/missing", str(world.ssh_key.private)]))


@case
def identities_from_both(side):
    world = side.world
    side.install(world.manifest([world.secret("a")], ageKeyFile=str(world.other_key),
                                ageSshKeyPaths=[str(world.ssh_key.private)]))


@case
def identity_of_the_environment(side):
    world = side.world
    side.install(world.manifest([world.secret("a")], ageKeyFile=None), env={"SOPS_AGE_KEY_FILE": str(world.age_key)})


@case
def ssh_keys_for_gnupg(side):
    world = side.world
    side.install(world.manifest([world.secret("a")], sshKeyPaths=[str(world.rsa_key.private), "/etc/ssh/missing"]))
    side.install(world.manifest([world.secret("a")], sshKeyPaths=[str(world.ssh_key.private)],
                                logging={"keyImport": False, "secretChanges": True}))


# --- owners and modes

@case
def owners_by_name(side):
    world = side.world
    side.machine.add_user("alice", uid=1234, gid=1235)
    side.machine.add_group("staffers", 1300)
    side.install(world.manifest([world.secret("a", owner="alice", group="alice"),
                                 world.secret("b", owner="alice", group="staffers", mode="0440"),
                                 world.secret("c", owner="nobody", group="nogroup")]))


@case
def owners_by_number(side):
    world = side.world
    nobody = {"owner": None, "group": None}
    side.install(world.manifest([world.secret("a", **nobody, uid=1000, gid=1000), world.secret("b", **nobody, uid=1000),
                                 world.secret("c", **nobody, uid=4321, gid=4321), world.secret("d", **nobody)],
                                [world.template("t", "x", **nobody, uid=420, gid=421)]))


@case
def group_of_folders(side):
    world = side.world
    side.machine.add_group("keys", 96)
    side.install(world.manifest([world.secret("deep/a")], [world.template("t", "x")]))


@case
def nobody_is_looked_up(side):
    world = side.world
    side.install(world.manifest([world.secret("deep/a", owner="nonexistent", group="nonexistent", mode="0440")],
                                [world.template("t", "x", owner="nonexistent")]), "-ignore-passwd")


@case
def modes(side):
    world = side.world
    side.install(world.manifest([world.secret(mode, mode=mode) for mode in ("0400", "0440", "0444", "0500", "600", "0")],
                                [world.template("t", "x", mode="0640")]))


@case
def modes_that_a_umask_takes_away(side):
    world = side.world
    side.install(world.manifest([world.secret("a", mode="0660"), world.secret("b", mode="0664")],
                                [world.template("t", "x", mode="0660")]))


@case
def modes_with_bits_that_are_dropped(side):
    world = side.world
    side.install(world.manifest([world.secret("a", mode="4755"), world.secret("b", mode="01400")]))


@case
def strict_umask(side):
    world = side.world
    side.install(world.manifest([world.secret("deep/a", mode="0440")], [world.template("t", "x", mode="0440")]),
                 umask="077")


@case
def unknown_owner(side):
    world = side.world
    side.install(world.manifest([world.secret("a"), world.secret("b", owner="nonexistent", mode="0440")]))


@case
def unknown_group(side):
    world = side.world
    side.install(world.manifest([world.secret("a"), world.secret("b", group="nonexistent", mode="0440")]))


# --- generations

@case
def every_run_is_a_generation(side):
    manifest = side.world.manifest([side.world.secret("a")], keepGenerations=2)
    for _ in range(4):
        side.install(manifest)


@case
def all_generations_are_kept(side):
    manifest = side.world.manifest([side.world.secret("a")], keepGenerations=0)
    for _ in range(3):
        side.install(manifest)


@case
def pruning_by_number(side):
    world = side.world
    side.install(world.manifest([world.secret("a")]))
    side.sh("cd /run/secrets.d && mkdir 2 17 89 90 91 99 200 non-numeric && ln -sfn /run/secrets.d/99 /run/secrets")
    side.install(world.manifest([world.secret("a")], keepGenerations=0))
    side.install(world.manifest([world.secret("a")], keepGenerations=10))


@case
def directory_in_the_way_of_a_generation(side):
    world = side.world
    side.install(world.manifest([world.secret("a")]))
    side.sh("mkdir -p /run/secrets.d/2/old && echo x > /run/secrets.d/2/old/file")
    side.install(world.manifest([world.secret("a")]))


@case
def directory_in_the_place_of_the_link(side):
    side.sh("mkdir -p /run/secrets/old && echo x > /run/secrets/old/file")
    side.install(side.world.manifest([side.world.secret("a")]))


@case
def link_to_elsewhere(side):
    side.sh("mkdir -p /run/elsewhere && echo -n old > /run/elsewhere/a && echo x > /run/elsewhere/b && "
            "ln -s /run/elsewhere /run/secrets")
    side.install(side.world.manifest([side.world.secret("a")]))


@case
def dangling_link(side):
    side.sh("mkdir /run/nixos && ln -s /run/secrets.d/7 /run/secrets")
    side.install(side.world.manifest([side.world.secret("a", restartUnits=["a.service"])]))


@case
def link_without_a_number(side):
    side.sh("ln -s /run/secrets.d/seven /run/secrets")
    side.install(side.world.manifest([side.world.secret("a")]))


@case
def nothing_to_deliver(side):
    world = side.world
    side.install(world.manifest([world.secret("a")]))
    side.install(world.manifest([]))


@case
def on_a_tmpfs(side):
    world = side.world
    side.install(world.manifest([world.secret("a")], useTmpfs=True))
    side.say(side.sh("awk '$5 == \"/run/secrets.d\" {print $6, $(NF-2), $NF}' /proc/self/mountinfo").text.strip())


@case
def another_kind_of_memory(side):
    world = side.world
    side.install(world.manifest([world.secret("a")]))
    side.install(world.manifest([world.secret("a")], useTmpfs=True))
    side.say(side.sh("awk '$5 == \"/run/secrets.d\" {print $(NF-2)}' /proc/self/mountinfo").text.replace("\n", " "))


@case
def files_below_the_mount_point(side):
    side.sh("mkdir -m 0751 /run/secrets.d && echo x > /run/secrets.d/file")
    side.install(side.world.manifest([side.world.secret("a")]))


@case
def secrets_for_users(side):
    world = side.world
    side.watch("/run/secrets-for-users", "/run/secrets-for-users.d")
    side.install(world.manifest([world.secret("password", path="/run/secrets-for-users/password")],
                                secretsMountPoint="/run/secrets-for-users.d", symlinkPath="/run/secrets-for-users"))
    side.install(world.manifest([world.secret("a")]))


# --- links

@case
def links_elsewhere(side):
    world = side.world
    side.watch("/etc/linked", "/var/lib/new")
    side.sh("mkdir -p /etc/linked/empty && echo old > /etc/linked/file && ln -s file /etc/linked/link")
    manifest = world.manifest(
        [world.secret("a", path="/etc/linked/file", owner="nobody", group="nogroup"),
         world.secret("b", path="/etc/linked/link"), world.secret("c", path="/var/lib/new/folder/c"),
         world.secret("d", path="/etc/linked/empty")],
        [world.template("t", "x", path="/etc/linked/t", owner="nobody", group="nogroup")])
    side.install(manifest)
    side.install(manifest)


@case
def links_that_are_wanted_no_more(side):
    world = side.world
    side.watch("/etc/linked")
    side.install(world.manifest([world.secret("a", path="/etc/linked/a"), world.secret("b", path="/etc/linked/b")]))
    side.install(world.manifest([world.secret("a", path="/etc/linked/new"), world.secret("b")]))


@case
def folder_in_the_place_of_a_link(side):
    world = side.world
    side.watch("/etc/linked")
    side.sh("mkdir -p /etc/linked/a && echo x > /etc/linked/a/file")
    side.install(world.manifest([world.secret("a", path="/etc/linked/a"), world.secret("b", path="/etc/linked/b")]))


@case
def folders_made_in_somebodys_home(side):
    side.watch("/var/lib/home")
    side.machine.add_user("alice", uid=1234, gid=1235)
    side.sh("mkdir /var/lib/home && chown alice /var/lib/home")
    side.install(side.world.manifest([side.world.secret("a", owner="alice", path="/var/lib/home/.ssh/id")]))


# --- templates

@case
def templates(side):
    world = side.world
    secrets = [world.secret("test"), world.secret("file", key="nested/test/file"), world.secret("lines", key="lines")]
    side.install(world.manifest(secrets, [
        world.template("content", f"A={placeholder('test')}\nB={placeholder('file')}{placeholder('test')}\n", mode="0440"),
        world.template("from-file", "", file=world.path("template.txt")),
        world.template("both", "content wins", file=world.path("template.txt")),
        world.template("unknown", f"{placeholder('never declared')} stays"),
        world.template("lines", f"[{placeholder('lines')}]", path="/run/linked/lines")]))


@case
def template_in_a_folder(side):
    world = side.world
    side.install(world.manifest([world.secret("test")], [world.template("deep/t", placeholder("test"))]))


@case
def secret_below_rendered(side):
    world = side.world
    side.install(world.manifest([world.secret("rendered/s")], [world.template("t", "x")]))
    side.install(world.manifest([], [world.template("t", "x")]))


# --- what changes, and who is told

def two_generations(side, env=None, **logging):
    world = side.world
    first = world.manifest(
        [world.secret("same", restartUnits=["same.service"]), world.secret("test", restartUnits=["a.service", "b.service"]),
         world.secret("gone", restartUnits=["gone.service"]), world.secret("gone-too")],
        [world.template("t", placeholder("test"), reloadUnits=["t.service"]), world.template("old", "x"),
         world.template("fixed", "x", restartUnits=["fixed.service"])])
    second = world.manifest(
        [world.secret("same", restartUnits=["same.service"]),
         world.secret("test", sopsFile=world.path("second.yaml"), restartUnits=["a.service", "b.service"],
                      reloadUnits=["r.service"]),
         world.secret("new", sopsFile=world.path("second.yaml"), key="new_key", restartUnits=["a.service"])],
        [world.template("t", placeholder("test"), reloadUnits=["t.service"]), world.template("new", "y"),
         world.template("fixed", "x", restartUnits=["fixed.service"])], **logging)
    side.install(first, env=env)
    side.install(second, env=env)
    return second


@case
def lists(side):
    side.sh("mkdir /run/nixos")
    two_generations(side)


@case
def lists_that_are_there_already(side):
    side.sh("mkdir /run/nixos && echo other.service > /run/nixos/activation-restart-list")
    two_generations(side)


@case
def no_lists_outside_nixos(side):
    two_generations(side)


@case
def no_lines(side):
    side.sh("mkdir /run/nixos")
    two_generations(side, logging={"keyImport": False, "secretChanges": False})


@case
def by_systemctl(side):
    side.sh("mkdir /run/nixos")
    two_generations(side, env={"SOPS_RESTART_UNITS_VIA_SYSTEMCTL": "1"})


@case
def systemctl_that_fails(side):
    world = side.world
    side.install(world.manifest([world.secret("a", restartUnits=["a.service"], reloadUnits=["r.service"])]))
    changed = world.manifest([world.secret("a", sopsFile=world.path("second.yaml"), restartUnits=["a.service"],
                                           reloadUnits=["r.service"])])
    env = {"SOPS_RESTART_UNITS_VIA_SYSTEMCTL": "1"}
    side.install(changed, env={**env, "SYSTEMCTL_FAILS": "1"})
    side.install(changed, env=env)


@case
def only_owner_and_mode_change(side):
    world = side.world
    side.sh("mkdir /run/nixos")
    side.install(world.manifest([world.secret("a", restartUnits=["a.service"])]))
    side.install(world.manifest([world.secret("a", restartUnits=["a.service"], owner="nobody", mode="0440")]))


@case
def file_becomes_a_folder(side):
    world = side.world
    side.sh("mkdir /run/nixos")
    side.install(world.manifest([world.secret("a", restartUnits=["a.service"])]))
    side.install(world.manifest([world.secret("a/b", restartUnits=["b.service"])]))
    side.install(world.manifest([world.secret("a", restartUnits=["a.service"])]))


# --- dry runs

DRY = {"NIXOS_ACTION": "dry-activate"}


@case
def dry_run_at_first(side):
    side.sh("mkdir /run/nixos")
    side.install(side.world.manifest([side.world.secret("a", restartUnits=["a.service"])]), env=DRY)


@case
def dry_run_of_a_change(side):
    world = side.world
    side.sh("mkdir /run/nixos")
    side.install(world.manifest([world.secret("test", restartUnits=["a.service"]), world.secret("gone")],
                                [world.template("t", placeholder("test"), reloadUnits=["t.service"])]))
    second = world.manifest([world.secret("test", sopsFile=world.path("second.yaml"), owner="nonexistent",
                                          restartUnits=["a.service"], path="/etc/linked/test"), world.secret("new")],
                            [world.template("t", placeholder("test"), reloadUnits=["t.service"])])
    side.watch("/etc/linked")
    side.install(second, env=DRY)
    second["secrets"][0]["owner"] = "root"
    side.install(second)


@case
def dry_run_by_systemctl(side):
    world = side.world
    side.install(world.manifest([world.secret("a", restartUnits=["a.service"])]))
    side.install(world.manifest([world.secret("a", sopsFile=world.path("second.yaml"), restartUnits=["a.service"])]),
                 env={**DRY, "SOPS_RESTART_UNITS_VIA_SYSTEMCTL": "1"})
    side.say(side.stderr.splitlines()[-1])


# --- user mode

@case
def user_mode(side):
    world = side.world
    side.sh("mkdir -p /run/user/0")
    side.watch("/run/user/0", "/var/lib/home")
    secrets = [world.secret("a", path="%r/linked", mode="0440"), world.secret("deep/b", path="/var/lib/home/b%%"),
               world.secret("c", path="/var/lib/home/.config/sops-nix/secrets/c", owner="nonexistent")]
    fields = {"userMode": True, "secretsMountPoint": "%r/secrets.d",
              "symlinkPath": "/var/lib/home/.config/sops-nix/secrets"}
    env = {"XDG_RUNTIME_DIR": "/run/user/0"}
    manifest = world.manifest(secrets, [world.template("t", placeholder("a"), path="/var/lib/home/t")], **fields)
    side.install(manifest, "-ignore-passwd", env=env)
    side.install(world.manifest([world.secret("a", sopsFile=world.path("second.yaml"), path="%r/linked")], **fields),
                 "-ignore-passwd", env=env)


@case
def user_mode_without_a_runtime_directory(side):
    manifest = side.world.manifest([side.world.secret("a")], userMode=True, secretsMountPoint="%r/secrets.d")
    side.install(manifest, "-ignore-passwd", env={"XDG_RUNTIME_DIR": None})
    side.install(manifest, "-check-mode=sopsfile", env={"XDG_RUNTIME_DIR": None})


# --- check modes

@case
def checks_that_pass(side):
    world = side.world
    manifest = world.manifest([world.secret("a", owner="nonexistent"), world.secret("b", key="nested/test/file"),
                               world.secret("c", key="number")], [world.template("t", "x")],
                              sshKeyPaths=["/etc/ssh/missing"], ageKeyFile="/missing")
    for mode in ("manifest", "sopsfile"):
        side.install(manifest, f"-check-mode={mode}", status=0)
        side.install(manifest, "--check-mode", mode, status=0)


@case
def checks_that_find_something(side):
    world = side.world
    wrong = [
        {"mode": "0899"}, {"mode": ""}, {"mode": "0200000"}, {"key": "missing"}, {"key": "nested/missing"},
        {"key": "nested/test/file/deeper"}, {"key": "nested"}, {"key": "a_list"}, {"key": "a_list/0"}, {"key": "/"},
        {"sopsFile": "/missing"}, {"sopsFile": world.path("garbage.yaml")},
        {"sopsFile": world.path("secrets.env"), "format": "binary"}, {"format": "json"},
    ]
    for fields in wrong:
        for mode in ("manifest", "sopsfile"):
            side.install(world.manifest([world.secret("a", **fields)]), f"-check-mode={mode}")


@case
def check_of_a_file_that_is_not_encrypted(side):
    side.install(side.world.manifest([side.world.secret("a", sopsFile=side.world.path("plain.yaml"))]),
                 "-check-mode=sopsfile")


@case
def check_of_a_key_below_a_json_key(side):
    world = side.world
    side.install(world.manifest([world.secret("a", key="nested/key", sopsFile=world.path("secrets.json"), format="json")]),
                 "-check-mode=sopsfile")


# --- what is refused, and what fails

@case
def manifests_that_are_refused(side):
    world = side.world
    two_formats = [world.secret("a"), world.secret("b", format="json")]
    no_placeholder = world.manifest([world.secret("a")], [world.template("t", "x")], placeholderBySecretName={})
    for manifest in (world.manifest([world.secret("a")], gnupgHome="/gpg", ageKeyFile=None, sshKeyPaths=["/x"]),
                     world.manifest([world.secret("a")], gnupgHome="/gpg"), world.manifest(two_formats), no_placeholder,
                     world.manifest([world.secret("a")], [world.template("t", "")]),
                     world.manifest([world.secret("a", mode="rw")]), "{", "[]", '{"secrets": 1}'):
        side.install(manifest)


@case
def unknown_fields_and_null(side):
    world = side.world
    manifest = world.manifest([world.secret("a", sopsFileHash="x", uid=None, restartUnits=None)], unknown={"x": [1]},
                              sshKeyPaths=None, ageSshKeyPaths=None, gnupgHome=None)
    side.install({**manifest, "templates": None, "placeholderBySecretName": None})


@case
def unknown_format(side):
    side.install(side.world.manifest([side.world.secret("a", format="toml")]))


@case
def name_that_climbs(side):
    side.install(side.world.manifest([side.world.secret("../../climbed", path="")]))
    side.watch("/run/climbed")
    side.show()


@case
def name_below_another(side):
    side.install(side.world.manifest([side.world.secret("a"), side.world.secret("a/b")]))


@case
def two_of_one_name(side):
    world = side.world
    side.install(world.manifest([world.secret("a", mode="0440"), world.secret("a", key="nested/test/file", mode="0440")]))


@case
def one_file_for_somebody_else(side):
    world = side.world
    side.install(world.manifest([world.secret("a"), world.secret("b", sopsFile=world.path("foreign.yaml"))]))


@case
def one_broken_file(side):
    world = side.world
    good = world.manifest([world.secret("a"), world.secret("b")], [world.template("t", placeholder("b"))])
    side.install(good)
    side.install(world.manifest([world.secret("a", sopsFile=world.path("second.yaml")),
                                 world.secret("b", sopsFile=world.path("broken.yaml"), mode="0440"),
                                 world.secret("c", sopsFile=world.path("missing.yaml"))],
                                [world.template("t", placeholder("b")), world.template("u", placeholder("c"))]))


@case
def one_missing_key(side):
    world = side.world
    side.install(world.manifest([world.secret("a"), world.secret("b", key="nothing")]))


@case
def one_file_for_pgp(side):
    world = side.world
    side.install(world.manifest([world.secret("a"), world.secret("b", sopsFile=world.path("pgp.yaml"))],
                                gnupgHome=None))


@case
def nothing_opens(side):
    world = side.world
    side.install(world.manifest([world.secret("a")]))
    side.install(world.manifest([world.secret("a", mode="0440")], ageKeyFile=str(world.other_key)))
    side.install(world.manifest([world.secret("a", mode="0440")], ageKeyFile="/missing"))


@case
def missing_key_file_beside_an_ssh_key(side):
    world = side.world
    side.install(world.manifest([world.secret("a")], ageKeyFile="/missing",
                                ageSshKeyPaths=[str(world.ssh_key.private)]))


@case
def missing_template_file(side):
    world = side.world
    side.install(world.manifest([world.secret("a")], [world.template("t", "", file="/missing"), world.template("u", "x")]))


@case
def flags(side):
    for words in (["-nonsense"], ["-check-mode=nonsense", "x"], ["-check-mode"], ["--help"], ["/missing.json"]):
        side.call(*words)


@case
def wrong_number_of_manifests(side):
    side.call()
    side.call("/etc/a.json", "/etc/b.json")


@case
def tree_of_bestow_activate(side):
    side.sh("mkdir -p /run/secrets.d/1 && ln -s 1 /run/secrets.d/current && ln -s secrets.d/current /run/secrets && "
            "mount -t ramfs -o mode=0751 none /run/secrets.d && mkdir /run/secrets.d/1 && ln -s 1 /run/secrets.d/current")
    side.install(side.world.manifest([side.world.secret("a")]))
