#include "activation/systemctl.hpp"

#include "base/error.hpp"
#include "base/format.hpp"
#include "base/text.hpp"

namespace bestow::activation {

void call_systemctl(os::System& system, const std::string& verb, const std::vector<std::string>& units) {
    if (units.empty()) {
        return;
    }
    std::vector<std::string> argv = {"systemctl", "--no-block", verb};
    argv.insert(argv.end(), units.begin(), units.end());
    const int status = system.run_aside(argv).exit_status;
    if (status != 0) {
        throw Error(ErrorKind::Failed, format("{} failed with exit status {}", quoted(join(argv, " ")), status));
    }
}

}  // namespace bestow::activation
