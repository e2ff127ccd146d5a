#include "os/posix_calls.hpp"
#include "os/posix_system.hpp"

#include <cstring>

#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

namespace bestow::os {

bool PosixSystem::send_datagram(const std::string& socket_path, ByteView bytes) {
    sockaddr_un address = {};
    address.sun_family = AF_UNIX;
    if (socket_path.size() >= sizeof(address.sun_path)) {
        return false;
    }
    std::memcpy(address.sun_path, socket_path.c_str(), socket_path.size() + 1);
    const UniqueFd socket(::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
    // The C interface of all kinds of addresses is one of a common first member.
    const auto* const generic = reinterpret_cast<const sockaddr*>(&address);
    return socket.valid() &&
           retry_interrupted([&] {
               return ::sendto(socket.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL, generic, sizeof(address));
           }) >= 0;
}

void PosixSystem::pause(unsigned seconds) {
    for (unsigned left = seconds; left != 0;) {
        left = ::sleep(left);
    }
}

}  // namespace bestow::os
