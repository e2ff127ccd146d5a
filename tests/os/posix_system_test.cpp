#include "os/posix_system.hpp"

#include "base/error.hpp"

#include <cstdlib>
#include <filesystem>
#include <fstream>

#include <catch2/catch.hpp>
#include <sys/stat.h>
#include <unistd.h>

using namespace bestow;
using namespace bestow::os;

namespace {

/// A folder of the test's own, removed afterwards.
struct Folder {
    Folder() {
        std::string pattern = (std::filesystem::temp_directory_path() / "bestow-os-XXXXXX").string();
        REQUIRE(::mkdtemp(pattern.data()) != nullptr);
        path = pattern;
        fd = system.open_directory(path);
    }
    ~Folder() { std::filesystem::remove_all(path); }
    void put(const std::string& name, const std::string& content) const { std::ofstream(path + "/" + name) << content; }

    PosixSystem system;
    std::string path;
    UniqueFd fd;
};

}  // namespace

TEST_CASE("a file is made with exactly its mode, whatever the umask, and never over another one", "[os]") {
    Folder folder;
    const mode_t old_mask = ::umask(0777);
    {
        const UniqueFd fd = folder.system.create_file(folder.fd.get(), "a", 0640);
        folder.system.write_all(fd.get(), as_bytes("text"), "a");
    }
    folder.system.make_directory(folder.fd.get(), "d", 0751);
    ::umask(old_mask);
    const auto status = folder.system.try_status(folder.fd.get(), "a");
    REQUIRE(status);
    REQUIRE(status->type == FileType::Regular);
    REQUIRE(status->mode_bits == 0640);
    REQUIRE(status->size_bytes == 4);
    REQUIRE(folder.system.try_status(folder.fd.get(), "d")->mode_bits == 0751);
    REQUIRE_THROWS_AS(folder.system.create_file(folder.fd.get(), "a", 0600), Error);
    REQUIRE_THROWS_AS(folder.system.create_file(folder.fd.get(), "..", 0600), Error);
    REQUIRE(folder.system.list_directory(folder.fd.get()) == std::vector<std::string>{"a", "d"});
}

TEST_CASE("names beneath a directory neither climb nor follow links", "[os]") {
    Folder folder;
    std::filesystem::create_directory(folder.path + "/d");
    folder.put("d/f", "inside");
    folder.put("outside", "outside");
    folder.system.make_link(folder.fd.get(), "d/link", "f");
    folder.system.make_link(folder.fd.get(), "linked", "d");
    const UniqueFd beneath = folder.system.open_directory(folder.path + "/d");
    const UniqueFd file = *folder.system.try_open_file_beneath(folder.fd.get(), "d/f");
    REQUIRE(folder.system.read_text(file.get(), 100, "f") == "inside");
    REQUIRE_FALSE(folder.system.try_open_file_beneath(beneath.get(), "missing"));
    REQUIRE_FALSE(folder.system.try_open_file_beneath(beneath.get(), "f/below-a-file"));
    for (const char* name : {"../outside", "/etc/passwd", "link"}) {
        REQUIRE_THROWS_AS(folder.system.try_open_file_beneath(beneath.get(), name), Error);
    }
    REQUIRE_THROWS_AS(folder.system.try_open_file_beneath(folder.fd.get(), "linked/f"), Error);
    REQUIRE_THROWS_AS(folder.system.try_open_file_beneath(folder.fd.get(), "d"), Error);
    REQUIRE(folder.system.try_read_link(beneath.get(), "link") == std::optional<std::string>("f"));
    REQUIRE_FALSE(folder.system.try_read_link(beneath.get(), "f"));
    REQUIRE(folder.system.try_status(beneath.get(), "link")->type == FileType::Symlink);
}

TEST_CASE("a pipe in a store is refused without waiting for a writer", "[os]") {
    Folder folder;
    REQUIRE(::mkfifo((folder.path + "/pipe").c_str(), 0600) == 0);
    REQUIRE_THROWS_WITH(folder.system.try_open_file_beneath(folder.fd.get(), "pipe"),
                        Catch::Contains("not a regular file"));
}

TEST_CASE("reading stops at its limit and names the file", "[os]") {
    Folder folder;
    folder.put("long", std::string(5000, 'x'));
    for (const std::size_t limit : {std::size_t{0}, std::size_t{4999}, std::size_t{5000}}) {
        const UniqueFd fd = *folder.system.try_open_file_beneath(folder.fd.get(), "long");
        if (limit == 5000) {
            REQUIRE(folder.system.read_secret(fd.get(), limit, "long").size() == 5000);
        } else {
            REQUIRE_THROWS_WITH(folder.system.read_secret(fd.get(), limit, "long"),
                                Catch::Contains("'long' is larger"));
            REQUIRE_THROWS_WITH(folder.system.read_text(fd.get(), limit, "long"), Catch::Contains("'long' is larger"));
        }
    }
}

TEST_CASE("a second holder of a lock is told, and a dead one holds nothing", "[os]") {
    Folder folder;
    UniqueFd first = folder.system.open_directory(folder.path);
    const UniqueFd second = folder.system.open_directory(folder.path);
    REQUIRE(folder.system.lock(first.get(), false));
    REQUIRE_FALSE(folder.system.lock(second.get(), false));
    first = UniqueFd();
    REQUIRE(folder.system.lock(second.get(), false));
}

TEST_CASE("users are found by name and by number, or not at all", "[os]") {
    PosixSystem system;
    REQUIRE(system.find_user("root")->uid == 0);
    REQUIRE(system.find_user_by_id(0)->primary_gid == 0);
    REQUIRE(system.find_group("root") == std::optional<std::uint32_t>(0));
    REQUIRE_FALSE(system.find_user("nobody-has-this-name"));
    REQUIRE_FALSE(system.find_group("nobody-has-this-name"));
}

TEST_CASE("programs run with their environment, and their failure is told", "[os]") {
    PosixSystem system;
    REQUIRE(system.run_for_output({"printf", "%s", "out"}, {}, 100) == "out");
    REQUIRE_THROWS_AS(system.run_for_output({"printf", "%s", "out"}, {}, 2), Error);
    REQUIRE_THROWS_AS(system.run_for_output({"false"}, {}, 2), Error);
    const os::ToolResult tool = system.run_tool({"/bin/sh", "-c", "echo out; echo err >&2; exec env; exit 4"}, 100);
    REQUIRE(tool.output.substr(0, 8) == "out\nerr\n");
    REQUIRE(tool.output.find("HOME=") == std::string::npos);
    REQUIRE(system.run_tool({"/bin/sh", "-c", "cat; exit 4"}, 100).exit_status == 4);
    REQUIRE(system.run_aside({"sh", "-c", "cat >&2 && exit 3"}).exit_status == 3);
    REQUIRE(system.run({"sh", "-c", "exit $WANTED"}, {{"WANTED", "7"}}).exit_status == 7);
    REQUIRE(system.run({"sh", "-c", "kill -9 $$"}, {}).exit_status == 137);
    REQUIRE_THROWS_AS(system.run({"no-program-has-this-name"}, {}), Error);
}

TEST_CASE("times are written in UTC", "[os]") {
    REQUIRE(utc_date(1795164311) == "2026-11-20");
    REQUIRE(utc_timestamp(1795164311) == "2026-11-20T08:45:11Z");
    REQUIRE(utc_timestamp(0) == "1970-01-01T00:00:00Z");
}

TEST_CASE("nothing but a link of one's own changes hands as a link", "[os]") {
    Folder folder;
    folder.put("file", "somebody's");
    REQUIRE_THROWS_WITH(folder.system.change_link_owner(folder.fd.get(), "file", ::geteuid(), ::getegid()),
                        Catch::Contains("was exchanged"));
    folder.system.make_link(folder.fd.get(), "link", "file");
    if (::geteuid() == 0) {
        folder.system.change_link_owner(folder.fd.get(), "link", 65534, 65534);
        REQUIRE(folder.system.try_status(folder.fd.get(), "link")->uid == 65534);
        REQUIRE(folder.system.try_status(folder.fd.get(), "file")->uid == 0);
        REQUIRE_THROWS_AS(folder.system.change_link_owner(folder.fd.get(), "link", 0, 0), Error);
    }
}
