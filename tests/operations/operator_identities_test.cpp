#include "operations/operator_identities.hpp"

#include "support/temporary_folder.hpp"
#include "support/watched_system.hpp"

#include <cstdlib>

#include <catch2/catch.hpp>

using namespace bestow;
using namespace bestow::operations;
using test::TemporaryFolder;
using test::WatchedSystem;

namespace {

/// An identity file's text, made when the test runs.
const std::string& identity_text() {
    static const std::string text(as_text(age::generate_identity().text.view()));
    return text;
}

class Home {
  public:
    Home() {
        ::setenv("HOME", folder_.text().c_str(), 1);
        for (const char* name : {"XDG_CONFIG_HOME", "BESTOW_IDENTITY", "SOPS_AGE_KEY", "SOPS_AGE_KEY_FILE",
                                 "SOPS_AGE_SSH_PRIVATE_KEY_FILE", "SOPS_AGE_KEY_CMD"}) {
            ::unsetenv(name);
        }
    }
    ~Home() {
        for (const char* name : {"BESTOW_IDENTITY", "SOPS_AGE_KEY", "SOPS_AGE_KEY_FILE", "SOPS_AGE_KEY_CMD"}) {
            ::unsetenv(name);
        }
    }
    Home(const Home&) = delete;
    Home& operator=(const Home&) = delete;

    void write(const std::string& name, const std::string& content) const { folder_.write(name, content); }
    [[nodiscard]] std::string path(const std::string& name) const { return folder_.text() + "/" + name; }

  private:
    TemporaryFolder folder_;
};

}  // namespace

TEST_CASE("without any key there is nothing, and no complaint") {
    const Home home;
    WatchedSystem system;
    const OperatorIdentities found = load_operator_identities(system, {});
    CHECK(found.identities.empty());
    CHECK(found.warnings.empty());
    CHECK(found.notes.empty());
}

TEST_CASE("every place gives its identities") {
    const Home home;
    WatchedSystem system;
    for (const char* name : {"id", "named", "file"}) {
        home.write(name, identity_text());
    }
    home.write(".config/bestow/identity.txt", identity_text());
    home.write(".config/sops/age/keys.txt", identity_text());
    ::setenv("BESTOW_IDENTITY", home.path("named").c_str(), 1);
    ::setenv("SOPS_AGE_KEY", identity_text().c_str(), 1);
    ::setenv("SOPS_AGE_KEY_FILE", home.path("file").c_str(), 1);
    ::setenv("SOPS_AGE_KEY_CMD", ("cat " + home.path("id")).c_str(), 1);
    const OperatorIdentities found = load_operator_identities(system, {{home.path("id")}, {}});
    CHECK(found.identities.size() == 7);
    CHECK(found.sources.size() == 7);
    CHECK(found.sources.front() == "--identity");
}

TEST_CASE("a broken source does not matter while another one works") {
    const Home home;
    WatchedSystem system;
    home.write(".config/bestow/identity.txt", identity_text());
    home.write(".config/sops/age/keys.txt", "CANARY\n");
    home.write("empty", "");
    const OperatorIdentities found = load_operator_identities(system, {{home.path("missing"), home.path("empty")}, {}});
    CHECK(found.identities.size() == 1);
    CHECK(found.warnings.size() == 2);  // named by somebody
    REQUIRE(found.notes.size() == 1);   // a default place
    CHECK_THAT(found.notes.front(), !Catch::Contains("CANARY"));
}

TEST_CASE("what was tried is told when nothing opens") {
    const Home home;
    WatchedSystem system;
    home.write(".config/sops/age/keys.txt", "rubbish\n");
    const Error error =
        no_identity_error("secrets/db.yaml", load_operator_identities(system, {{home.path("missing")}, {}}));
    CHECK(exit_status(error.kind()) == 5);
    CHECK_THAT(error.full_message(), Catch::Contains("secrets/db.yaml"));
    CHECK_THAT(error.hint(), Catch::Contains("missing") && Catch::Contains("keys.txt"));
}

TEST_CASE("each key file is read once") {
    const Home home;
    WatchedSystem system;
    home.write(".config/bestow/identity.txt", identity_text());
    (void)load_operator_identities(system, {});
    CHECK(std::count(system.names.begin(), system.names.end(), "read_secret") == 1);
}

TEST_CASE("a file that two sources name is read for the first of them") {
    const Home home;
    WatchedSystem system;
    home.write(".config/bestow/identity.txt", identity_text());
    const OperatorIdentities found = load_operator_identities(system, {{home.path(".config/bestow/identity.txt")}, {}});
    CHECK(found.identities.size() == 1);
    CHECK(found.sources == std::vector<std::string>{"--identity"});
}

TEST_CASE("sops's sources are those of sops, and bestow's own are not among them") {
    const Home home;
    WatchedSystem system;
    for (const char* name : {".config/bestow/identity.txt", "file", ".config/sops/age/keys.txt", ".ssh/id_ed25519"}) {
        home.write(name, identity_text());
    }
    ::setenv("BESTOW_IDENTITY", home.path("file").c_str(), 1);
    ::setenv("SOPS_AGE_KEY", identity_text().c_str(), 1);
    ::setenv("SOPS_AGE_KEY_CMD", "false", 1);
    const OperatorIdentities found = load_sops_identities(system, {});
    CHECK(found.warnings.empty());
    CHECK(found.sources == std::vector<std::string>{home.path(".ssh/id_ed25519"), "SOPS_AGE_KEY", "SOPS_AGE_KEY_CMD",
                                                    home.path(".config/sops/age/keys.txt")});
}
