#include "delivery/manifest_json.hpp"

#include "base/error.hpp"

#include <catch2/catch.hpp>

using namespace bestow;
using namespace bestow::delivery;

namespace {

const std::string kHostKey = "age1lggyhqrw2nlhcxprm67z43rta597azn8gknawjehu9d9dl0jq3yqqvfafg";

/// One of everything, all fields away from their defaults somewhere.
Manifest full_manifest() {
    Manifest manifest;
    manifest.host = "web";
    manifest.keys = {kHostKey};
    manifest.vars = {{"env", "pröd \"x\"\n"}};
    manifest.provenance = {std::string(40, 'a'), true, "2026-11-20T08:30:00Z"};
    manifest.settings = {7, true, 12345};
    ManifestSecret one;
    one.name = "db/password";
    one.file = "secrets/db.yaml";
    one.key = {std::string("a/b"), std::size_t{3}};
    one.as = sops::Rendering::Json;
    one.rotation = Rotation{7776000, "2026-08-01T10:00:00Z"};
    one.placement = {"postgres", "www", 0640, "/etc/db/pw", {"db.service", "b.socket"}, {"c.service"}, Phase::Main};
    ManifestSecret two;
    two.name = "luks";
    two.file = "luks.key";
    two.delivered = false;
    two.rotation = Rotation{1, ""};
    two.placement.phase = Phase::Early;
    manifest.secrets = {one, two};
    ManifestTemplate text;
    text.name = "env";
    text.pieces = {std::string("PW="), policy::Placeholder{"db/password", {{"json", {}}, {"indent", {"4"}}}, {2, 3}},
                   std::string("\xff\0", 2), policy::Placeholder{"host.vars.env", {}, {9, 1}}};
    text.inputs = {"db/password"};
    text.placement.restart = {"web.service"};
    manifest.templates = {text};
    return manifest;
}

void replace(std::string& text, const std::string& from, const std::string& to) {
    const std::size_t at = text.find(from);
    REQUIRE(at != std::string::npos);
    text.replace(at, from.size(), to);
}

/// Why the full manifest with one change is refused.
std::string refusal(const std::string& from, const std::string& to) {
    std::string text = encode_manifest(full_manifest());
    replace(text, from, to);
    try {
        (void)parse_manifest(text);
    } catch (const Error& error) {
        CHECK((error.kind() == ErrorKind::Policy || error.kind() == ErrorKind::Format));
        return error.full_message();
    }
    return "accepted";
}

}  // namespace

TEST_CASE("a manifest comes back as it was written", "[manifest_json]") {
    const Manifest manifest = full_manifest();
    const ReadManifest read = parse_manifest(encode_manifest(manifest));
    CHECK(read.warnings.empty());
    CHECK(encode_manifest(read.manifest) == encode_manifest(manifest));
    CHECK(read.manifest.host == "web");
    CHECK(read.manifest.keys == manifest.keys);
    CHECK(read.manifest.vars == manifest.vars);
    CHECK(read.manifest.provenance == manifest.provenance);
    CHECK(read.manifest.settings.keep_generations == 7);
    CHECK(read.manifest.settings.allow_swap);
    CHECK(read.manifest.settings.max_stale_seconds == 12345);
    REQUIRE(read.manifest.secrets.size() == 2);
    const ManifestSecret& one = read.manifest.secrets[0];
    CHECK(one.key == document::KeyPath{std::string("a/b"), std::size_t{3}});
    CHECK(one.as == sops::Rendering::Json);
    CHECK(one.delivered);
    REQUIRE(one.rotation);
    CHECK(one.rotation->after_seconds == 7776000);
    CHECK(one.rotation->changed == "2026-08-01T10:00:00Z");
    REQUIRE(read.manifest.secrets[1].rotation);
    CHECK(read.manifest.secrets[1].rotation->changed.empty());
    CHECK(one.placement.owner == "postgres");
    CHECK(one.placement.group == "www");
    CHECK(one.placement.mode_bits == 0640);
    CHECK(one.placement.link == "/etc/db/pw");
    CHECK(one.placement.restart == std::vector<std::string>{"db.service", "b.socket"});
    CHECK(one.placement.reload == std::vector<std::string>{"c.service"});
    CHECK_FALSE(read.manifest.secrets[1].delivered);
    CHECK(read.manifest.secrets[1].key.empty());
    CHECK(read.manifest.secrets[1].placement.phase == Phase::Early);
    REQUIRE(read.manifest.templates.size() == 1);
    const auto& pieces = read.manifest.templates[0].pieces;
    REQUIRE(pieces.size() == 4);
    CHECK(std::get<std::string>(pieces[2]) == std::string("\xff\0", 2));
    const auto& placeholder = std::get<policy::Placeholder>(pieces[1]);
    CHECK(placeholder.subject == "db/password");
    REQUIRE(placeholder.filters.size() == 2);
    CHECK(placeholder.filters[1].arguments == std::vector<std::string>{"4"});
    CHECK(placeholder.at.line == 2);
    CHECK(placeholder.at.column == 3);
}

TEST_CASE("an empty manifest comes back, too", "[manifest_json]") {
    Manifest manifest;
    manifest.host = "bare";
    CHECK(encode_manifest(parse_manifest(encode_manifest(manifest)).manifest) == encode_manifest(manifest));
}

TEST_CASE("an older bestow's manifest says nothing of when values are due", "[manifest_json]") {
    Manifest manifest = full_manifest();
    for (ManifestSecret& secret : manifest.secrets) {
        secret.rotation.reset();
    }
    const std::string text = encode_manifest(manifest);
    CHECK(text.find("rotation") == std::string::npos);
    const ReadManifest read = parse_manifest(text);
    CHECK(read.warnings.empty());
    CHECK_FALSE(read.manifest.secrets[0].rotation);
}

TEST_CASE("what a newer bestow added is a warning that names it", "[manifest_json]") {
    std::string text = encode_manifest(full_manifest());
    replace(text, R"("name": "luks",)", R"("name": "luks", "colour": "red",)");
    CHECK(parse_manifest(text).warnings ==
          std::vector<std::string>{"manifest.json: this bestow does not know secrets[1].colour"});
}

TEST_CASE("a manifest is trusted no more than a policy", "[manifest_json]") {
    const auto has = [](const std::string& text) { return Catch::Contains(text); };
    CHECK_THAT(refusal(R"("version": 1)", R"("version": 2)"), has("this bestow knows 1 alone"));
    CHECK_THAT(refusal("bestow manifest", "other manifest"), has("no manifest of bestow's"));
    CHECK_THAT(refusal(R"("name": "luks")", R"("name": "../luks")"), has("secrets[1].name: it climbs"));
    CHECK_THAT(refusal(R"("name": "luks")", R"("name": "/luks")"), has("it starts with '/'"));
    CHECK_THAT(refusal(R"("name": "luks")", R"("name": "rendered/luks")"), has("below 'rendered/'"));
    CHECK_THAT(refusal(R"("name": "luks")", R"("name": ".bestow-state")"), has("starts with '.'"));
    CHECK_THAT(refusal(R"("name": "luks")", R"("name": "db/password")"), has("is there twice"));
    CHECK_THAT(refusal(R"("name": "env")", R"("name": "../env")"), has("templates[0].name: it climbs"));
    CHECK_THAT(refusal("secrets/db.yaml", "../../etc/shadow"), has("secrets[0].file: it climbs"));
    CHECK_THAT(refusal("secrets/db.yaml", "/etc/shadow"), has("it starts with '/'"));
    CHECK_THAT(refusal("secrets/db.yaml", ".git/config"), has("git's own"));
    CHECK_THAT(refusal("secrets/db.yaml", "manifest.json"), has("the manifest itself"));
    CHECK_THAT(refusal(R"("a/b",)", R"("sops",)"), has("holds its recipients"));
    CHECK_THAT(refusal("0640", "4755"), has("set-id"));
    CHECK_THAT(refusal("0640", "0666"), has("writable by everybody"));
    CHECK_THAT(refusal("0640", "rw"), has("octal"));
    CHECK_THAT(refusal("/etc/db/pw", "/etc/../pw"), has("'path' is an absolute path"));
    CHECK_THAT(refusal("/etc/db/pw", "etc/pw"), has("'path' is an absolute path"));
    CHECK_THAT(refusal("postgres", "post gres"), has("no name or number"));
    CHECK_THAT(refusal("db.service", "db"), has("no unit's name"));
    CHECK_THAT(refusal("db.service", "--now.service"), has("no unit's name"));
    CHECK_THAT(refusal(R"("phase": "main")", R"("phase": "early")"), has("must be root's"));
    CHECK_THAT(refusal(R"("phase": "main")", R"("phase": "late")"), has("one of early, main"));
    CHECK_THAT(refusal(R"("db/password | json)", R"("luks | json)"), has("not what the pieces insert"));
    CHECK_THAT(refusal("| json |", "| exec |"), has("there is no filter 'exec'"));
    CHECK_THAT(refusal("indent(4)", "indent(4000)"), has("'indent'"));
    CHECK_THAT(refusal(R"("base64": "/wA=")", R"("base64": "/wA")"), has("no base64"));
    CHECK_THAT(refusal(kHostKey, "age1x"), has("keys"));
    CHECK_THAT(refusal(R"("host": "web")", R"("host": "we/b")"), has("host: a name begins"));
    CHECK_THAT(refusal(R"("env": "pr)", R"("host": "pr)"), has("vars"));
    CHECK_THAT(refusal(R"("keep_generations": 7)", R"("keep_generations": 0)"), has("at least 1"));
    CHECK_THAT(refusal(R"("after_seconds": 7776000)", R"("after_seconds": 0)"),
               has("secrets[0].rotation.after_seconds: it is at least 1"));
    CHECK_THAT(refusal(R"("after_seconds": 7776000)", R"("after_seconds": 604799999395201)"),
               has("a number up to 604799999395200"));
    CHECK_THAT(refusal(R"("after_seconds": 7776000,)", ""), has("secrets[0].rotation: it has no 'after_seconds'"));
    CHECK_THAT(refusal("2026-08-01T10", "2026-13-01T10"), has("secrets[0].rotation.changed: it is no time like"));
    CHECK_THAT(refusal("2026-08-01T10:00:00Z", "2026-08-01"), has("it is no time like"));
    CHECK_THAT(refusal(R"("keep_generations": 7)", R"("keep_generations": 1e3)"), has("a number up to 100"));
    CHECK_THAT(refusal(R"("max_stale_seconds": 12345)", R"("max_stale_seconds": -1)"), has("a number up to"));
    CHECK_THAT(refusal(std::string(40, 'a'), "HEAD"), has("no commit's name"));
    CHECK_THAT(refusal("08:30:00Z", "now"), has("no time"));
    CHECK_THAT(refusal(R"("allow_swap": true)", R"("allow_swap": "no")"), has("true or false"));
    CHECK_THAT(refusal(R"("name": "luks",)", ""), has("secrets[1]: it has no 'name'"));
    CHECK_THAT(refusal(R"("host": "web")", R"("host": "web", "host": "db")"), has("host"));
}

TEST_CASE("files that lie in each other's way on the host are refused", "[manifest_json]") {
    Manifest manifest = full_manifest();
    manifest.secrets[1].name = "db/password/more";
    manifest.secrets[1].delivered = true;
    CHECK_THROWS_WITH(parse_manifest(encode_manifest(manifest)), Catch::Contains("another below it"));
    manifest = full_manifest();
    manifest.secrets[1].delivered = true;
    manifest.secrets[1].placement.link = "/etc/db/pw";
    CHECK_THROWS_WITH(parse_manifest(encode_manifest(manifest)), Catch::Contains("two links"));
    manifest.secrets[1].placement.link = "/etc/db";
    CHECK_THROWS_WITH(parse_manifest(encode_manifest(manifest)), Catch::Contains("another below it"));
}

TEST_CASE("no damage to a manifest does worse than being refused", "[manifest_json]") {
    const std::string text = encode_manifest(full_manifest());
    std::size_t refused = 0;
    const auto damaged = [&](const std::string& bytes) {
        try {
            const Manifest manifest = parse_manifest(bytes).manifest;
            // What is accepted has one way to be written.
            CHECK(encode_manifest(parse_manifest(encode_manifest(manifest)).manifest) == encode_manifest(manifest));
        } catch (const Error& error) {
            if (error.kind() != ErrorKind::Policy && error.kind() != ErrorKind::Format) {
                FAIL(error.full_message());
            }
            ++refused;
        }
    };
    for (std::size_t at = 0; at < text.size(); ++at) {
        damaged(text.substr(0, at));
        for (const char other : {'"', '0', '/', '}', '\xff'}) {
            std::string changed = text;
            changed[at] = other;
            damaged(changed);
        }
    }
    CHECK(refused > text.size());
}
