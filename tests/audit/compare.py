"""An audit's answer beside what it should be: differences, told by value and holder."""
PLACE = ("file", "key", "recipient")


def normal(exposure, keys):
    """With the play's name for the key in the place of its text, so that a key's several forms are one; a holder whom no
    policy ever named may be called anything."""
    exposure = {name: exposure[name] for name in ("secret", "file", "key", "recipient", "holder", "superseded", "certain",
                                                  "still_reads", "first", "last", "since", "elsewhere")}
    key = keys.of(exposure["recipient"])
    exposure["recipient"] = key.name if key else exposure["recipient"]
    holder = dict(exposure["holder"])
    if holder["kind"] in ("unknown", "everybody"):
        holder["name"] = ""
    exposure["holder"] = holder
    return exposure


def readership(value, field, keys):
    """The names in a value's list, the play's own for the key of nobody known."""
    names = value[field]
    assert names == sorted(set(names)), f"{value['file']} {value['key']}: {field} is {names}"
    known = {name: keys.of(name) for name in names}
    return {known[name].name if known[name] else name for name in names}


def by_place(exposures):
    found = {tuple(one[name] for name in PLACE): one for one in exposures}
    assert len(found) == len(exposures), "an exposure is told twice"
    return found


def told(place, one):
    file, key, recipient = place
    return f"{file} {key} to {recipient or 'everybody'} ({one['holder']['kind']} {one['holder']['name']})"


def differences(answered, wanted):
    """Lines; none where both are the same."""
    answered, wanted = by_place(answered), by_place(wanted)
    lines = [f"not told: {told(place, wanted[place])}: {wanted[place]}" for place in sorted(set(wanted) - set(answered))]
    lines += [f"not so: {told(place, answered[place])}: {answered[place]}" for place in sorted(set(answered) - set(wanted))]
    for place in sorted(set(wanted) & set(answered)):
        for field, value in wanted[place].items():
            if answered[place][field] != value:
                lines.append(f"{told(place, wanted[place])}: {field} is {answered[place][field]!r}, should be {value!r}")
    return lines


def assert_same(answered, wanted):
    lines = differences(answered, wanted)
    assert not lines, f"{len(lines)} differences:\n" + "\n".join(lines)
