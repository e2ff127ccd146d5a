"""What `bestow audit --json` must say, derived from the truth and from the play's record. See README.md for the words."""
from team import key_text
from truth import EVERYBODY

LONG_ENOUGH = 8


class Lineage:
    """Which places are one place at different times: by renames, which the play recorded, and for one value also by moves:
    a commit in which it vanishes from one place and appears at another one."""

    def __init__(self, truth, commits, renames):
        self.renames, self.moves = renames, {}
        by_id = {commit.id: commit for commit in commits}
        for commit in commits:
            before = placed(truth, by_id[commit.parent]) if commit.parent in by_id else {}
            after = placed(truth, commit)
            gone = [(value, place) for place, value in before.items() if after.get(place) != value]
            for place, value in after.items():
                if before.get(place) != value:
                    for was, old in gone:
                        if was == value and old != place:
                            self.moves.setdefault(value, set()).update([(old, place), (place, old)])

    def of(self, place, value):
        found, todo = {place}, [place]
        while todo:
            now = todo.pop()
            reached = [new for old, new in self.moves.get(value, ()) if old == now]
            for one, other in self.renames:
                reached += [(other, now[1])] if now[0] == one else [(one, now[1])] if now[0] == other else []
            for other in set(reached) - found:
                found.add(other)
                todo.append(other)
        return found


def placed(truth, commit):
    """{(file, key path): value}"""
    return {(name, key): value for name in commit.files for opened in [truth.of(commit, name)] if opened
            for key, value in opened.values.items()}


def occurrences(truth, commits):
    """{value: [(index of the commit, place, readers, kind)]} in the order of the walk."""
    found = {}
    for index, commit in enumerate(commits):
        for name in commit.files:
            opened = truth.of(commit, name)
            for key, value in (opened.values if opened else {}).items():
                found.setdefault(value, []).append((index, (name, key), opened.readers, opened.kind))
    return found


class Unbroken:
    """Where a value stood without a change between: what ciphertext alone must show, as an upper bound. A value that was set
    back, or that stands in two places, shows to those alone who open it."""

    def __init__(self, truth, commits, renames):
        self.groups = {}
        index_of = {commit.id: index for index, commit in enumerate(commits)}
        before = [placed(truth, commit) for commit in commits]
        for index, commit in enumerate(commits):
            if commit.parent not in index_of:
                continue
            parent = index_of[commit.parent]
            for (file, key), value in before[index].items():
                for name in [file, *[old for old, new in renames if new == file]]:
                    if before[parent].get((name, key)) == value:
                        self.groups[self.find((index, file, key))] = self.find((parent, name, key))

    def find(self, one):
        while self.groups.get(one, one) != one:
            one = self.groups[one]
        return one

    def same(self, one, other):
        return self.find(one) == self.find(other)


def exposures(truth, commits, policy, renames, declared, ciphertext_only=False, in_place=False):
    """The list, without an order. `declared`: [{key: (kind, name)}] by commit, as the policies of the walk said."""
    found, names = [], policy.names()
    for one in in_use(truth, commits, renames, ciphertext_only, in_place):
        entitled = {key for _, key in policy.readers(one.place[0])}
        holders = {holder for holder, _ in policy.readers(one.place[0])}
        for key in {key for sight in one.seen for key in sight[2]} - entitled:
            found.append(exposure(one.place, key, [sight for sight in one.seen if key in sight[2]], one.line,
                                  World(commits, policy, declared, names, holders, one.opened)))
    return found


def values(truth, commits, policy, renames, declared, ciphertext_only=False):
    """{(file, key): Readership}, by the names that messages have for holders."""
    world, found = World(commits, policy, declared, {}, set(), None), {}
    for one in in_use(truth, commits, renames, ciphertext_only):
        ever = {key for sight in one.seen for key in sight[2]}
        found[one.place[0], key_text_of(one.place[1])] = Readership(
            {name_of(key, world) for key in one.opened.readers}, {name_of(key, world) for key in ever},
            all(sight[3] != "age" for sight in one.seen))
    return found


class Readership:
    """`exact`: no age file is among it, whose stanzas do not say whose they are."""

    def __init__(self, now, ever, exact):
        self.now, self.ever, self.exact = now, ever, exact


class InUse:
    """A value in use. `seen`: where it stood, as `occurrences` has it; `line`: the places of its lineage."""

    def __init__(self, place, opened, line, seen):
        self.place, self.opened, self.line, self.seen = place, opened, line, seen


def in_use(truth, commits, renames, ciphertext_only, in_place=False):
    """`in_place`: as far as a value stood in its own file and key, whatever those were called, and was set back or not."""
    unbroken = Unbroken(truth, commits, renames) if ciphertext_only else None
    lineage, by_value = Lineage(truth, commits, renames), occurrences(truth, commits)
    head = max(range(len(commits)), key=lambda index: commits[index].is_head)
    for file in commits[head].files:
        opened = truth.of(commits[head], file)
        if not opened or opened.kind == "plain":
            continue
        for key_path, value in opened.values.items():
            place, line = (file, key_path), lineage.of((file, key_path), value)
            seen = [one for one in by_value[value] if one[1] in line or len(value) >= LONG_ENOUGH]
            if unbroken:
                seen = [one for one in seen if unbroken.same((head, file, key_path), (one[0], *one[1]))]
            if in_place:
                seen = [one for one in seen if one[1] in lineage.of(place, None)]
            yield InUse(place, opened, line, seen)


class World:
    def __init__(self, commits, policy, declared, names, holders, own):
        self.commits, self.policy, self.declared = commits, policy, declared
        self.names, self.holders, self.own = names, holders, own


def exposure(place, key, seen, line, world):
    first, last = seen[0][0], seen[-1][0]
    elsewhere = [one for one in seen if one[1] not in line]
    inside = len(elsewhere) < len(seen)
    other = min((one[0], one[1][0], key_text_of(one[1][1])) for one in elsewhere) if elsewhere and not inside else None
    holder = holder_of(key, world)
    after = world.commits[last + 1].date if last + 1 < len(world.commits) else ""
    return {
        "secret": world.names.get(place, ""), "file": place[0], "key": key_text_of(place[1]), "recipient": key.name,
        "holder": holder, "superseded": (holder["kind"], holder["name"]) in world.holders,
        "certain": key.kind != "age" or any(kind == "sops" for _, _, _, kind in seen),
        "still_reads": key in world.own.readers,
        "first": named(world.commits[first]), "last": named(world.commits[last]), "since": after,
        "elsewhere": f"{other[1]}: {other[2]}" if other else "",
    }


def named(commit):
    return {"commit": commit.id, "date": commit.date}


def key_text_of(path):
    return "." if path == (".",) else key_text(path)


def holder_of(key, world):
    if key == EVERYBODY:
        return {"kind": "everybody", "name": "", "removed": ""}
    now = world.policy.holders()
    if key in now:
        return {"kind": now[key][0], "name": now[key][1], "removed": ""}
    who = next((said[key] for said in reversed(world.declared) if key in said), None)
    if who is None:
        return {"kind": "unknown", "name": "", "removed": ""}
    if who in now.values():
        return {"kind": who[0], "name": who[1], "removed": ""}
    newest = max(index for index, said in enumerate(world.declared) if who in said.values())
    return {"kind": who[0], "name": who[1], "removed": world.commits[newest + 1].date if newest + 1 < len(world.commits) else ""}


def name_of(key, world):
    holder = holder_of(key, world)
    return "everybody" if key == EVERYBODY else f"{holder['kind']} {holder['name']}" if holder["name"] else key.name
