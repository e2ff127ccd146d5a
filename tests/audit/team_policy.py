"""Who is entitled to what, as the play itself knows it; written out as bestow.yaml and as .sops.yaml."""
import json
import re
from dataclasses import dataclass, field


@dataclass
class Operator:
    name: str
    keys: list
    listed: bool = False
    recovery: bool = False
    expired: list = field(default_factory=list)


def declared_keys(holder):
    return [key.declared for key in holder.keys] + [f"{{key: {key.declared}, until: 2026-06-01}}" for key in holder.expired]


@dataclass
class Host:
    name: str
    keys: list
    roles: list
    env: str
    expired: list = field(default_factory=list)     # keys whose `until` has passed


@dataclass
class Secret:
    """`to`: roles and hosts. `per`: "", "host" or "env". `place`: (file, [key...]) where the name does not say it.
    `generate`: how bestow makes it."""
    name: str
    to: list
    per: str = ""
    place: tuple = None
    generate: str = ""
    keep_previous: bool = False

    @property
    def key(self):
        return self.place[1] if self.place else [self.name.rsplit("/", 1)[1]]

    def file(self, variant=""):
        if self.place:
            return self.place[0]
        head = self.name.rsplit("/", 1)[0]
        return f"secrets/{self.per + '/' + variant + '/' if self.per else ''}{head}.yaml"


@dataclass
class Policy:
    roles: list
    operators: dict = field(default_factory=dict)
    hosts: dict = field(default_factory=dict)
    secrets: dict = field(default_factory=dict)
    access: dict = field(default_factory=dict)      # path: operators' names
    shared: list = field(default_factory=list)

    def gets(self, host, secret):
        return any(word in ("all", host.name) or word in host.roles for word in secret.to)

    def sources(self):
        """(secret, file, hosts)"""
        for secret in self.secrets.values():
            hosts = [host for host in self.hosts.values() if self.gets(host, secret)]
            if not secret.per:
                yield secret, secret.file(), hosts
                continue
            variants = {host.name if secret.per == "host" else host.env: None for host in hosts}
            for variant in variants:
                yield secret, secret.file(variant), [host for host in hosts
                                                     if variant == (host.name if secret.per == "host" else host.env)]

    def files(self):
        return list(dict.fromkeys(file for _, file, _ in self.sources()))

    def names(self):
        """{(file, key path as a tuple): secret's name}"""
        names = {(file, tuple(secret.key)): secret.name for secret, file, _ in self.sources()}
        names.update({(file, (*secret.key[:-1], f"{secret.key[-1]}.previous")): f"{secret.name}.previous"
                      for secret, file, _ in self.sources() if secret.keep_previous})
        return names

    def operators_of(self, file):
        named = self.access.get(file)
        return [one for one in self.operators.values()
                if one.recovery or (one.name in named if named is not None else not one.listed)]

    def hosts_of(self, file):
        reading = {host.name for _, other, hosts in self.sources() if other == file for host in hosts}
        return [host for host in self.hosts.values() if host.name in reading]

    def readers(self, file):
        """[((kind, name), key)]"""
        return [(("operator", one.name), key) for one in self.operators_of(file) for key in one.keys] + \
               [(("host", host.name), key) for host in self.hosts_of(file) for key in host.keys]

    def recipients(self, file):
        """The same as recipients in a SOPS file."""
        return list(dict.fromkeys(key.for_hosts if kind == "host" else key.declared
                                  for (kind, _), key in self.readers(file)))

    def holders(self):
        """{key: (kind, name)} of all declared keys."""
        found = {key: ("host", host.name) for host in self.hosts.values() for key in host.keys + host.expired}
        found.update({key: ("operator", one.name) for one in self.operators.values() for key in one.keys + one.expired})
        return found

    def bestow_yaml(self):
        lines = ["# Written by hand, mostly.", "version: 1",
                 "roles: {" + ", ".join(f"{role}: []" for role in self.roles) + "}", "", "operators:"]
        for one in self.operators.values():
            extra = (", access: listed" if one.listed else "") + (", recovery: true" if one.recovery else "")
            lines.append(f"  {one.name}: {{keys: [{', '.join(declared_keys(one))}]{extra}}}")
        lines += ["", "hosts:"]
        for host in self.hosts.values():
            lines.append(f"  {host.name}: {{keys: [{', '.join(declared_keys(host))}], roles: [{', '.join(host.roles)}], "
                         f"vars: {{env: {host.env}}}}}")
        if self.access:
            lines += ["", "access:"] + [f"  {json.dumps(path)}: [{', '.join(names)}]" for path, names in self.access.items()]
        if self.shared:
            lines += ["", "files:"] + [f"  {path}: {{shared: true}}" for path in self.shared]
        lines += ["", "secrets:"]
        for secret in self.secrets.values():
            fields = [f"to: [{', '.join(secret.to)}]"]
            fields += [f"per: {secret.per}"] if secret.per else []
            fields += [f"generate: {secret.generate}"] if secret.generate else []
            fields += ["keep_previous: true"] if secret.keep_previous else []
            if secret.place:
                key = '"."' if secret.place[1] == ["."] else json.dumps(secret.place[1])
                fields.append(f"file: {secret.place[0]}, key: {key}")
            lines.append(f"  {secret.name}: {{{', '.join(fields)}}}")
        return "\n".join(lines) + "\n"

    def sops_yaml(self):
        lines = ["creation_rules:"]
        for file in self.files():
            lines += [f"  - path_regex: ^{re.escape(file)}$".replace("\\-", "-"),
                      f"    age: {','.join(self.recipients(file))}"]
        everyone = ",".join(dict.fromkeys(key.declared for one in self.operators_of("?") for key in one.keys))
        return "\n".join(lines + ["  - path_regex: .*", f"    age: {everyone}"]) + "\n"
