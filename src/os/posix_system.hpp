#pragma once
/// The System of a real Linux (5.8 and later). Stateless; one file a subject: posix_read.cpp, posix_write.cpp,
/// posix_mounts.cpp, posix_users.cpp, posix_processes.cpp.

#include "os/system.hpp"

namespace bestow::os {

class PosixSystem : public System {
  public:
    UniqueFd open_directory(const std::string& path) override;
    std::optional<UniqueFd> try_open_directory_beneath(int directory, const std::string& name) override;
    std::optional<UniqueFd> try_open_file_beneath(int directory, const std::string& name) override;
    std::optional<UniqueFd> try_open_file(const std::string& path) override;
    UniqueFd open_for_reading(const std::string& path) override;
    std::size_t read_some(int fd, ByteSpan buffer) override;
    SecretBytes read_secret(int fd, std::size_t limit_bytes, const std::string& name) override;
    std::string read_text(int fd, std::size_t limit_bytes, const std::string& name) override;
    FileStatus status(int fd) override;
    std::optional<FileStatus> try_status(int directory, const std::string& name) override;
    std::optional<std::string> try_read_link(int directory, const std::string& name) override;
    std::vector<std::string> list_directory(int directory) override;
    std::string real_path(const std::string& path) override;

    void make_directory(int directory, const std::string& name, unsigned mode_bits) override;
    UniqueFd create_file(int directory, const std::string& name, unsigned mode_bits) override;
    UniqueFd open_for_writing(const std::string& path, unsigned mode_bits) override;
    void write_all(int fd, ByteView bytes, const std::string& name) override;
    void change_owner(int fd, std::uint32_t uid, std::uint32_t gid) override;
    void change_mode(int fd, unsigned mode_bits) override;
    void sync(int fd) override;
    void sync_file_system(int fd) override;
    void rename(int directory, const std::string& from, const std::string& to) override;
    void exchange(int directory, const std::string& one, const std::string& other) override;
    void make_link(int directory, const std::string& name, const std::string& target) override;
    void change_link_owner(int directory, const std::string& name, std::uint32_t uid, std::uint32_t gid) override;
    void remove_file(int directory, const std::string& name) override;
    void remove_directory(int directory, const std::string& name) override;

    bool lock(int fd, bool wait) override;
    FileSystemStatus file_system_status(int fd) override;
    bool mount_memory(int directory, const std::string& name, MemoryFileSystem kind, std::uint64_t size_bytes,
                      std::string& reason) override;
    void resize_memory(int mount, std::uint64_t size_bytes) override;
    bool swap_is_active() override;

    std::optional<User> find_user(const std::string& name) override;
    std::optional<User> find_user_by_id(std::uint32_t uid) override;
    std::optional<std::uint32_t> find_group(const std::string& name) override;
    std::uint32_t effective_uid() override;
    std::int64_t now() override;
    std::optional<std::string> environment(const std::string& name) override;
    bool send_datagram(const std::string& socket_path, ByteView bytes) override;
    void pause(unsigned seconds) override;
    ProcessResult run(const std::vector<std::string>& argv,
                      const std::map<std::string, std::string>& extra_environment) override;
    std::string run_for_output(const std::vector<std::string>& argv,
                               const std::map<std::string, std::string>& extra_environment,
                               std::size_t limit_bytes) override;
    FilterResult run_filter(const Filter& filter, ByteView input, const std::function<void(ByteView)>& take) override;
    ToolResult run_tool(const std::vector<std::string>& argv, std::size_t limit_bytes) override;
    ProcessResult run_aside(const std::vector<std::string>& argv) override;
};

}  // namespace bestow::os
