#include "policy/declaring_files.hpp"

namespace bestow::policy {

std::set<std::string> declaring_files(const Policy& policy) {
    std::set<std::string> files;
    const auto collect = [&](const auto& declared) {
        for (const auto& one : declared) {
            files.insert(one.origin.file);
        }
    };
    collect(policy.hosts);
    collect(policy.operators);
    collect(policy.access);
    collect(policy.secrets);
    collect(policy.templates);
    return files;
}

}  // namespace bestow::policy
