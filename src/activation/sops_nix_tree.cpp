#include "activation/sops_nix_tree.hpp"

#include "activation/generations.hpp"
#include "base/error.hpp"
#include "base/format.hpp"
#include "base/path.hpp"
#include "base/text.hpp"

namespace bestow::activation {

void refuse_sops_nix_tree(os::System& system, int run, const SetNames& names) {
    if (!system.try_status(run, names.entry)) {
        return;
    }
    const auto target = system.try_read_link(run, names.entry);
    if (!target || target->find('/') == std::string::npos) {
        return;
    }
    if (generation_number(base_name(*target)) && base_name(parent_of(*target)) == names.directory) {
        throw Error(ErrorKind::Failed,
                    format("{} is sops-nix's: it leads to {}; it is left alone", quoted(names.entry), quoted(*target)),
                    format("one of both delivers to a machine: stop sops-nix, unmount {} and remove {}, or reboot",
                           names.directory, names.entry));
    }
}

}  // namespace bestow::activation
