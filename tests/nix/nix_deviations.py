"""What the drop-in does otherwise than sops-install-secrets, and why; man/bestow-sops-install-secrets.1 says the same."""

DEVIATIONS = {
    "identities": "private keys stay in the memory of the process; sops-install-secrets leaves a copy of all of them in "
                  "age-keys.txt beside the secrets, and the drop-in removes that",
    "isolation": "what is wrong with one file, secret, template or link keeps that one back: it keeps what it held, under "
                 "the new owner and mode, everything else is delivered, and the exit status is 1; sops-install-secrets "
                 "installs nothing at all, or stops in the middle of its links; where no secret can be had, the drop-in "
                 "changes nothing",
    "unknown-owner": "a secret whose owner or group does not exist is root's, mode 0400, until a later run finds them",
    "umask": "modes of files and directories are what the manifest says; there the umask is taken away from them",
    "dry-run": "writes nothing but the lists; there the new plaintext stays in memory, root's, until the next run",
    "after-the-switch": "units are told after the switch, so that none starts with the old secret; what could not be told "
                        "is told by the next run, and the new secrets are live all the same",
    "whole": "a generation gets its number when it is complete, and the directory or file in the place of a link goes in "
             "the same rename or just before it: a run that is killed leaves the old generation or the new one",
    "lock": "two runs wait for each other",
    "one-pass": "placeholders are replaced in one pass; there what a secret holds is searched for the placeholders of "
                "others, in an order that changes from run to run",
    "no-swap": "a tmpfs that can swap is never used, and is refused where it is mounted already; there noswap is left out "
               "when the kernel does not know it",
    "one-mount": "ramfs, or tmpfs with noswap, that is mounted already stays, whatever useTmpfs says; there the other kind "
                 "is mounted over it, and hides what is live until the switch",
    "limit": "a generation holds at most 64 MiB; a tmpfs has a size, which grows as it is needed",
    "files-below": "files below the mount point before there is a mount are refused; there they are hidden by it",
    "user-memory": "in user mode, a directory that does not lie in memory is refused",
    "stale-links": "links that an earlier run since boot made and that no secret wants any more are removed",
    "parents": "folders made for a link belong to whom the folder around them belongs; there they are root's, in "
               "somebody's home, too",
    "strangers-links": "on the way to a link, links that belong to neither root nor the caller are not followed",
    "rendered": "the folder of templates belongs to the group of all folders, even when all of them lie deeper",
    "types": "numbers and booleans are delivered as text; there they pass the check, and then fail",
    "nested-json": "a key path works in JSON, too",
    "not-encrypted": "the check of a file refuses one that is not encrypted; there only installing does",
    "unknown-format": "a format that there is not is refused; there it is YAML",
    "names": "a name that leads out of the secrets' directory, or below another secret's file, is refused before anything "
             "is done",
    "refused-first": "what can be refused without mounting is refused before",
    "gnupg": "sshKeyPaths are not imported as PGP keys, and nothing is said of that; such an SSH key opens what is "
             "encrypted to itself; what only PGP keys or cloud keys open is refused by its kind",
    "arguments": "a call without a manifest, or with two, fails; there it prints a help text and succeeds",
    "other-tree": "the directory of `bestow activate` is left alone",
    "words": "messages on standard error are bestow's own, and all that is wrong is told at once",
}

# By case, what differs in what the test writes down: "-" sops-install-secrets, "+" the drop-in.
DIFFERENCES = {
    "numbers_and_booleans": ("types", [
        "- 1 status 1",
        "+ 1 status 0",
        "+ 1 /run/secrets -> /run/secrets.d/1 0:0",
        "+ 1 /run/secrets.d/1/ 0751 0:65534",
        "+ 1 /run/secrets.d/1/a 0400 0:0 'test_value'",
        "+ 1 /run/secrets.d/1/b 0400 0:0 '5432'",
        "- 2 status 1",
        "+ 2 status 0",
        "+ 2 stdout: modifying secret: b",
        "+ 2 /run/secrets -> /run/secrets.d/2 0:0",
        "+ 2 /run/secrets.d/2/ 0751 0:65534",
        "+ 2 /run/secrets.d/2/a 0400 0:0 'test_value'",
        "+ 2 /run/secrets.d/2/b 0400 0:0 'true'",
    ]),
    "key_below_a_json_key": ("nested-json", [
        "- 1 status 1",
        "+ 1 status 0",
        "+ 1 /run/secrets -> /run/secrets.d/1 0:0",
        "+ 1 /run/secrets.d/ 0751 0:65534",
        "+ 1 /run/secrets.d/1/ 0751 0:65534",
        "+ 1 /run/secrets.d/1/a 0400 0:0 'deep'",
    ]),
    "ssh_keys_for_gnupg": ("gnupg", [
        "- 1 stdout: sops-install-secrets: Imported WORLD/ssh_host_rsa_key as GPG key with fingerprint FINGERPRINT",
    ]),
    "modes_that_a_umask_takes_away": ("umask", [
        "- 1 /run/secrets.d/1/a 0640 0:0 'test_value'",
        "+ 1 /run/secrets.d/1/a 0660 0:0 'test_value'",
        "- 1 /run/secrets.d/1/b 0644 0:0 'test_value'",
        "+ 1 /run/secrets.d/1/b 0664 0:0 'test_value'",
    ]),
    "strict_umask": ("umask", [
        "- 1 /run/secrets.d/1/ 0700 0:65534",
        "+ 1 /run/secrets.d/1/ 0751 0:65534",
        "- 1 /run/secrets.d/1/deep/ 0700 0:65534",
        "+ 1 /run/secrets.d/1/deep/ 0751 0:65534",
        "- 1 /run/secrets.d/1/deep/a 0400 0:0 'test_value'",
        "+ 1 /run/secrets.d/1/deep/a 0440 0:0 'test_value'",
        "- 1 /run/secrets.d/1/rendered/ 0700 0:65534",
        "+ 1 /run/secrets.d/1/rendered/ 0751 0:65534",
    ]),
    "unknown_owner": ("unknown-owner", [
        "+ 1 /run/secrets -> /run/secrets.d/1 0:0",
        "+ 1 /run/secrets.d/ 0751 0:65534",
        "+ 1 /run/secrets.d/1/ 0751 0:65534",
        "+ 1 /run/secrets.d/1/a 0400 0:0 'test_value'",
        "+ 1 /run/secrets.d/1/b 0400 0:0 'test_value'",
    ]),
    "unknown_group": ("unknown-owner", [
        "+ 1 /run/secrets -> /run/secrets.d/1 0:0",
        "+ 1 /run/secrets.d/ 0751 0:65534",
        "+ 1 /run/secrets.d/1/ 0751 0:65534",
        "+ 1 /run/secrets.d/1/a 0400 0:0 'test_value'",
        "+ 1 /run/secrets.d/1/b 0400 0:0 'test_value'",
    ]),
    "link_without_a_number": ("refused-first", [
        "- 1 /run/secrets.d/ 0751 0:65534",
    ]),
    "on_a_tmpfs": ("limit", [
        "- 1 rw,nosuid,nodev,noexec,relatime tmpfs rw,mode=751,noswap",
        "+ 1 rw,nosuid,nodev,noexec,relatime tmpfs rw,size=16384k,nr_inodes=4096,mode=751,noswap",
    ]),
    "another_kind_of_memory": ("one-mount", [
        "- 2 ramfs tmpfs ",
        "+ 2 ramfs ",
    ]),
    "files_below_the_mount_point": ("files-below", [
        "- 1 status 0",
        "+ 1 status 1",
        "- 1 /run/secrets -> /run/secrets.d/1 0:0",
        "- 1 /run/secrets.d/ 0751 0:65534",
        "+ 1 /run/secrets.d/ 0751 0:0",
        "+ 1 /run/secrets.d/file 0644 0:0 'x\\n'",
        "- 1 /run/secrets.d/1/ 0751 0:65534",
        "- 1 /run/secrets.d/1/a 0400 0:0 'test_value'",
    ]),
    "links_that_are_wanted_no_more": ("stale-links", [
        "- 2 /etc/linked/a -> /run/secrets/a 0:0",
        "- 2 /etc/linked/b -> /run/secrets/b 0:0",
    ]),
    "folder_in_the_place_of_a_link": ("isolation", [
        "+ 1 /etc/linked/b -> /run/secrets/b 0:0",
    ]),
    "folders_made_in_somebodys_home": ("parents", [
        "- 1 /var/lib/home/.ssh/ 0755 0:0",
        "+ 1 /var/lib/home/.ssh/ 0755 1234:0",
    ]),
    "template_in_a_folder": ("rendered", [
        "- 1 /run/secrets.d/1/rendered/ 0751 0:0",
        "+ 1 /run/secrets.d/1/rendered/ 0751 0:65534",
    ]),
    "systemctl_that_fails": ("after-the-switch", [
        "+ 2 stdout: modifying secret: a",
        "- 2 /run/secrets -> /run/secrets.d/1 0:0",
        "+ 2 /run/secrets -> /run/secrets.d/2 0:0",
        "- 2 /run/secrets.d/1/ 0751 0:65534",
        "- 2 /run/secrets.d/1/a 0400 0:0 'test_value'",
        "+ 2 systemctl --no-block try-reload-or-restart r.service",
        "- 3 stdout: modifying secret: a",
        "- 3 /run/secrets -> /run/secrets.d/2 0:0",
        "+ 3 /run/secrets -> /run/secrets.d/3 0:0",
        "- 3 /run/secrets.d/2/ 0751 0:65534",
        "+ 3 /run/secrets.d/3/ 0751 0:65534",
        "- 3 /run/secrets.d/2/a 0400 0:0 'second value'",
        "+ 3 /run/secrets.d/3/a 0400 0:0 'second value'",
    ]),
    "dry_run_at_first": ("dry-run", [
        "- 1 /run/secrets.d/ 0751 0:65534",
        "- 1 /run/secrets.d/1/ 0751 0:65534",
        "- 1 /run/secrets.d/1/a 0400 0:0 'test_value'",
    ]),
    "dry_run_of_a_change": ("dry-run", [
        "- 2 /run/secrets.d/2/ 0751 0:65534",
        "- 2 /run/secrets.d/2/new 0400 0:0 'test_value'",
        "- 2 /run/secrets.d/2/rendered/ 0751 0:65534",
        "- 2 /run/secrets.d/2/rendered/t 0400 0:0 'second value'",
        "- 2 /run/secrets.d/2/test 0400 0:0 'second value'",
    ]),
    "dry_run_by_systemctl": ("dry-run", [
        "- 2 /run/secrets.d/2/ 0751 0:65534",
        "- 2 /run/secrets.d/2/a 0400 0:0 'second value'",
    ]),
    "user_mode": ("stale-links", [
        "- 2 /var/lib/home/b% -> /var/lib/home/.config/sops-nix/secrets/deep/b 0:0",
        "- 2 /var/lib/home/t -> /var/lib/home/.config/sops-nix/secrets/rendered/t 0:0",
    ]),
    "check_of_a_file_that_is_not_encrypted": ("not-encrypted", [
        "- 1 status 0",
        "+ 1 status 1",
    ]),
    "check_of_a_key_below_a_json_key": ("nested-json", [
        "- 1 status 1",
        "+ 1 status 0",
    ]),
    "unknown_format": ("unknown-format", [
        "- 1 status 0",
        "+ 1 status 1",
        "- 1 /run/secrets -> /run/secrets.d/1 0:0",
        "- 1 /run/secrets.d/ 0751 0:65534",
        "- 1 /run/secrets.d/1/ 0751 0:65534",
        "- 1 /run/secrets.d/1/a 0400 0:0 'test_value'",
    ]),
    "name_that_climbs": ("names", [
        "- 1 /run/secrets -> /run/secrets.d/1 0:0",
        "- 1 /run/secrets.d/ 0751 0:65534",
        "- 1 /run/secrets.d/1/ 0751 0:65534",
        "- 1 /run/secrets -> /run/secrets.d/1 0:0",
        "- 1 /run/secrets.d/ 0751 0:65534",
        "- 1 /run/secrets.d/1/ 0751 0:65534",
        "- 1 /run/climbed 0400 0:0 'test_value'",
    ]),
    "name_below_another": ("names", [
        "- 1 /run/secrets.d/ 0751 0:65534",
        "- 1 /run/secrets.d/1/ 0751 0:65534",
        "- 1 /run/secrets.d/1/a 0400 0:0 'test_value'",
    ]),
    "one_file_for_somebody_else": ("isolation", [
        "+ 1 /run/secrets -> /run/secrets.d/1 0:0",
        "+ 1 /run/secrets.d/1/ 0751 0:65534",
        "+ 1 /run/secrets.d/1/a 0400 0:0 'test_value'",
    ]),
    "one_broken_file": ("isolation", [
        "+ 2 stdout: modifying secret: a",
        "- 2 /run/secrets -> /run/secrets.d/1 0:0",
        "+ 2 /run/secrets -> /run/secrets.d/2 0:0",
        "- 2 /run/secrets.d/1/ 0751 0:65534",
        "+ 2 /run/secrets.d/2/ 0751 0:65534",
        "- 2 /run/secrets.d/1/a 0400 0:0 'test_value'",
        "+ 2 /run/secrets.d/2/a 0400 0:0 'second value'",
        "- 2 /run/secrets.d/1/b 0400 0:0 'test_value'",
        "+ 2 /run/secrets.d/2/b 0440 0:0 'test_value'",
        "- 2 /run/secrets.d/1/rendered/ 0751 0:65534",
        "+ 2 /run/secrets.d/2/rendered/ 0751 0:65534",
        "- 2 /run/secrets.d/1/rendered/t 0400 0:0 'test_value'",
        "+ 2 /run/secrets.d/2/rendered/t 0400 0:0 'test_value'",
    ]),
    "one_missing_key": ("isolation", [
        "+ 1 /run/secrets -> /run/secrets.d/1 0:0",
        "+ 1 /run/secrets.d/ 0751 0:65534",
        "+ 1 /run/secrets.d/1/ 0751 0:65534",
        "+ 1 /run/secrets.d/1/a 0400 0:0 'test_value'",
    ]),
    "one_file_for_pgp": ("isolation", [
        "+ 1 /run/secrets -> /run/secrets.d/1 0:0",
        "+ 1 /run/secrets.d/1/ 0751 0:65534",
        "+ 1 /run/secrets.d/1/a 0400 0:0 'test_value'",
    ]),
    "missing_key_file_beside_an_ssh_key": ("isolation", [
        "+ 1 /run/secrets -> /run/secrets.d/1 0:0",
        "+ 1 /run/secrets.d/1/ 0751 0:65534",
        "+ 1 /run/secrets.d/1/a 0400 0:0 'test_value'",
    ]),
    "missing_template_file": ("isolation", [
        "+ 1 /run/secrets -> /run/secrets.d/1 0:0",
        "+ 1 /run/secrets.d/ 0751 0:65534",
        "+ 1 /run/secrets.d/1/ 0751 0:65534",
        "+ 1 /run/secrets.d/1/a 0400 0:0 'test_value'",
        "+ 1 /run/secrets.d/1/rendered/ 0751 0:65534",
        "+ 1 /run/secrets.d/1/rendered/u 0400 0:0 'x'",
    ]),
    "wrong_number_of_manifests": ("arguments", [
        "- 1 status 0",
        "+ 1 status 1",
        "- 2 status 0",
        "+ 2 status 1",
    ]),
    "tree_of_bestow_activate": ("other-tree", [
        "- 1 status 0",
        "+ 1 status 1",
        "- 1 /run/secrets -> /run/secrets.d/1 0:0",
        "+ 1 /run/secrets -> secrets.d/current 0:0",
        "- 1 /run/secrets.d/ 0751 0:65534",
        "+ 1 /run/secrets.d/ 0751 0:0",
        "- 1 /run/secrets.d/1/ 0751 0:65534",
        "+ 1 /run/secrets.d/1/ 0755 0:0",
        "- 1 /run/secrets.d/1/a 0400 0:0 'test_value'",
    ]),
}
