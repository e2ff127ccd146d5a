#include "os/unique_fd.hpp"

#include <unistd.h>

namespace bestow::os {

UniqueFd::~UniqueFd() {
    if (fd_ >= 0) {
        (void)::close(fd_);  // nothing that matters is learnt here: write errors on memory file systems come from write
    }
}

}  // namespace bestow::os
