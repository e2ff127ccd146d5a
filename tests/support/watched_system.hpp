#pragma once
/// A real machine that a test watches: counts calls, makes the n-th one fail, or dies at it as by SIGKILL.

#include "base/error.hpp"
#include "os/posix_system.hpp"

#include <cerrno>
#include <functional>

namespace bestow::test {

class WatchedSystem : public os::System {
  public:
    /// Asked before each call: 0 lets it pass, an errno makes it fail without being made.
    std::function<int(const std::string& call, std::size_t index)> verdict;
    std::size_t calls = 0;
    std::vector<std::string> names;

    /// The call with that index (from 0) fails with EIO; the others pass.
    void fail_at(std::size_t wanted) {
        verdict = [wanted](const std::string&, std::size_t index) { return index == wanted ? EIO : 0; };
    }
    /// Nothing happens any more from that call on: what SIGKILL leaves, destructors included.
    void die_at(std::size_t wanted) {
        verdict = [wanted](const std::string&, std::size_t index) { return index >= wanted ? ECANCELED : 0; };
    }

    os::UniqueFd open_directory(const std::string& path) override {
        before("open_directory");
        return real_.open_directory(path);
    }
    std::optional<os::UniqueFd> try_open_directory_beneath(int directory, const std::string& name) override {
        before("try_open_directory_beneath");
        return real_.try_open_directory_beneath(directory, name);
    }
    std::optional<os::UniqueFd> try_open_file_beneath(int directory, const std::string& name) override {
        before("try_open_file_beneath");
        return real_.try_open_file_beneath(directory, name);
    }
    std::optional<os::UniqueFd> try_open_file(const std::string& path) override {
        before("try_open_file");
        return real_.try_open_file(path);
    }
    os::UniqueFd open_for_reading(const std::string& path) override {
        before("open_for_reading");
        return real_.open_for_reading(path);
    }
    std::size_t read_some(int fd, ByteSpan buffer) override {
        before("read_some");
        return real_.read_some(fd, buffer);
    }
    SecretBytes read_secret(int fd, std::size_t limit_bytes, const std::string& name) override {
        before("read_secret");
        return real_.read_secret(fd, limit_bytes, name);
    }
    std::string read_text(int fd, std::size_t limit_bytes, const std::string& name) override {
        before("read_text");
        return real_.read_text(fd, limit_bytes, name);
    }
    os::FileStatus status(int fd) override {
        before("status");
        return real_.status(fd);
    }
    std::optional<os::FileStatus> try_status(int directory, const std::string& name) override {
        before("try_status");
        return real_.try_status(directory, name);
    }
    std::optional<std::string> try_read_link(int directory, const std::string& name) override {
        before("try_read_link");
        return real_.try_read_link(directory, name);
    }
    std::vector<std::string> list_directory(int directory) override {
        before("list_directory");
        return real_.list_directory(directory);
    }
    std::string real_path(const std::string& path) override {
        before("real_path");
        return real_.real_path(path);
    }
    void make_directory(int directory, const std::string& name, unsigned mode_bits) override {
        before("make_directory");
        return real_.make_directory(directory, name, mode_bits);
    }
    os::UniqueFd create_file(int directory, const std::string& name, unsigned mode_bits) override {
        before("create_file");
        return real_.create_file(directory, name, mode_bits);
    }
    os::UniqueFd open_for_writing(const std::string& path, unsigned mode_bits) override {
        before("open_for_writing");
        return real_.open_for_writing(path, mode_bits);
    }
    void write_all(int fd, ByteView bytes, const std::string& name) override {
        before("write_all");
        return real_.write_all(fd, bytes, name);
    }
    void change_owner(int fd, std::uint32_t uid, std::uint32_t gid) override {
        before("change_owner");
        return real_.change_owner(fd, uid, gid);
    }
    void change_mode(int fd, unsigned mode_bits) override {
        before("change_mode");
        return real_.change_mode(fd, mode_bits);
    }
    void sync(int fd) override {
        before("sync");
        return real_.sync(fd);
    }
    void sync_file_system(int fd) override {
        before("sync_file_system");
        real_.sync_file_system(fd);
    }
    void rename(int directory, const std::string& from, const std::string& to) override {
        before("rename");
        return real_.rename(directory, from, to);
    }
    void exchange(int directory, const std::string& one, const std::string& other) override {
        before("exchange");
        return real_.exchange(directory, one, other);
    }
    void make_link(int directory, const std::string& name, const std::string& target) override {
        before("make_link");
        return real_.make_link(directory, name, target);
    }
    void change_link_owner(int directory, const std::string& name, std::uint32_t uid, std::uint32_t gid) override {
        before("change_link_owner");
        return real_.change_link_owner(directory, name, uid, gid);
    }
    void remove_file(int directory, const std::string& name) override {
        before("remove_file");
        return real_.remove_file(directory, name);
    }
    void remove_directory(int directory, const std::string& name) override {
        before("remove_directory");
        return real_.remove_directory(directory, name);
    }
    bool lock(int fd, bool wait) override {
        before("lock");
        return real_.lock(fd, wait);
    }
    os::FileSystemStatus file_system_status(int fd) override {
        before("file_system_status");
        return real_.file_system_status(fd);
    }
    bool mount_memory(int directory, const std::string& name, os::MemoryFileSystem kind, std::uint64_t size_bytes,
                      std::string& reason) override {
        before("mount_memory");
        return real_.mount_memory(directory, name, kind, size_bytes, reason);
    }
    void resize_memory(int mount, std::uint64_t size_bytes) override {
        before("resize_memory");
        return real_.resize_memory(mount, size_bytes);
    }
    bool swap_is_active() override {
        before("swap_is_active");
        return real_.swap_is_active();
    }
    std::optional<os::User> find_user(const std::string& name) override {
        before("find_user");
        return real_.find_user(name);
    }
    std::optional<os::User> find_user_by_id(std::uint32_t uid) override {
        before("find_user_by_id");
        return real_.find_user_by_id(uid);
    }
    std::optional<std::uint32_t> find_group(const std::string& name) override {
        before("find_group");
        return real_.find_group(name);
    }
    std::uint32_t effective_uid() override {
        before("effective_uid");
        return real_.effective_uid();
    }
    std::int64_t now() override {
        before("now");
        return real_.now();
    }
    std::optional<std::string> environment(const std::string& name) override {
        before("environment");
        return real_.environment(name);
    }
    bool send_datagram(const std::string& socket_path, ByteView bytes) override {
        before("send_datagram");
        return real_.send_datagram(socket_path, bytes);
    }
    void pause(unsigned seconds) override {
        before("pause");
        real_.pause(seconds);
    }
    os::ProcessResult run(const std::vector<std::string>& argv,
                          const std::map<std::string, std::string>& extra_environment) override {
        before("run");
        return real_.run(argv, extra_environment);
    }
    std::string run_for_output(const std::vector<std::string>& argv,
                               const std::map<std::string, std::string>& extra_environment,
                               std::size_t limit_bytes) override {
        before("run_for_output");
        return real_.run_for_output(argv, extra_environment, limit_bytes);
    }
    os::FilterResult run_filter(const os::Filter& filter, ByteView input,
                                const std::function<void(ByteView)>& take) override {
        before("run_filter");
        return real_.run_filter(filter, input, take);
    }
    os::ToolResult run_tool(const std::vector<std::string>& argv, std::size_t limit_bytes) override {
        before("run_tool");
        return real_.run_tool(argv, limit_bytes);
    }
    os::ProcessResult run_aside(const std::vector<std::string>& argv) override {
        before("run_aside");
        return real_.run_aside(argv);
    }

  private:
    void before(const std::string& call) {
        const std::size_t index = calls++;
        names.push_back(call);
        const int failure = verdict ? verdict(call, index) : 0;
        if (failure != 0) {
            throw Error::system("injected failure of " + call, failure);
        }
    }

    os::PosixSystem real_;
};

}  // namespace bestow::test
