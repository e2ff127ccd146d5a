#include "policy/policy.hpp"

#include <algorithm>

namespace bestow::policy {
namespace {

template <typename Declared>
const Declared* find_by_name(const std::vector<Declared>& declared, std::string_view name) {
    const auto found =
        std::find_if(declared.begin(), declared.end(), [&](const Declared& one) { return one.name == name; });
    return found == declared.end() ? nullptr : &*found;
}

}  // namespace

const Host* Policy::find_host(std::string_view name) const {
    return find_by_name(hosts, name);
}
const Operator* Policy::find_operator(std::string_view name) const {
    return find_by_name(operators, name);
}
const Secret* Policy::find_secret(std::string_view name) const {
    return find_by_name(secrets, name);
}
const Template* Policy::find_template(std::string_view name) const {
    return find_by_name(templates, name);
}

}  // namespace bestow::policy
