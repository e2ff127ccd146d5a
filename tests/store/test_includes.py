"""Secrets and templates that an included file declares are edited where they are."""


def with_include(store):
    store.write("teams/web.yaml", """\
# The web team's.
secrets:
  web/cookie: {to: [web1]}   # signs sessions
templates:
  web-conf: {to: [web1], content: "cookie={{ web/cookie | base64 }}"}
""")
    store.replace("version: 1\n", "version: 1\ninclude: [teams/*.yaml]\n")


def test_mv_edits_the_include(store):
    with_include(store)
    store.accepting("set", "web/cookie", input="c")
    before = store.read("bestow.yaml")
    store.accepting("mv", "web/cookie", "web/session")
    text = store.read("teams/web.yaml").decode()
    assert "web/session: {to: [web1]}   # signs sessions" in text and "{{ web/session | base64 }}" in text
    assert "# The web team's." in text and store.read("bestow.yaml") == before
    assert store("render", "web-conf", "--host", "web1").stdout == b"cookie=Yw=="


def test_unset_undeclares_in_the_include(store):
    with_include(store)
    store.replace("cookie={{ web/cookie | base64 }}", "none", "teams/web.yaml")
    store.accepting("set", "web/cookie", input="c")
    before = store.read("bestow.yaml")
    store("unset", "web/cookie", "--undeclare")
    assert "web/cookie" not in store.read("teams/web.yaml").decode() and store.read("bestow.yaml") == before


def test_a_template_used_in_two_places_is_renamed_in_both(store):
    with_include(store)
    store.write("templates/two.conf", "a={{ web/cookie }} b={{web/cookie|hex}}")
    store.replace("templates:\n", "templates:\n  two: {to: [web1], file: templates/two.conf}\n")
    store.accepting("set", "web/cookie", input="c")
    store.accepting("mv", "web/cookie", "front/cookie")
    assert store.read("templates/two.conf") == b"a={{ front/cookie }} b={{front/cookie|hex}}"
    assert store("render", "two", "--host", "web1").stdout == b"a=c b=63"
