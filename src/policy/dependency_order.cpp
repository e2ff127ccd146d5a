#include "policy/dependency_order.hpp"

#include <algorithm>
#include <set>

namespace bestow::policy {
namespace {

class Order {
  public:
    explicit Order(const std::vector<SecretSource>& sources) : sources_(sources) {
        for (const SecretSource& source : sources) {
            by_name_.emplace(source.secret->name, source.secret);
        }
        for (const SecretSource& source : sources) {
            append(source.secret->name);
        }
    }

    std::vector<const SecretSource*> take() { return std::move(ordered_); }

  private:
    struct Visit {
        std::string name;
        std::vector<std::string> inputs;
        std::size_t next = 0;
    };

    void enter(std::vector<Visit>& visits, const std::string& name) {
        const auto found = by_name_.find(name);
        if (found != by_name_.end() && seen_.insert(name).second && found->second->generate) {
            visits.push_back({name, found->second->generate->dependencies()});
        }
    }

    /// Depth first, without recursion: a chain may be as long as a policy has room.
    void append(const std::string& first) {
        std::vector<Visit> visits;
        enter(visits, first);
        while (!visits.empty()) {
            Visit& visit = visits.back();
            if (visit.next < visit.inputs.size()) {
                const std::string input = visit.inputs[visit.next++];
                enter(visits, input);
                continue;
            }
            for (const SecretSource& source : sources_) {
                if (source.secret->name == visit.name) {
                    ordered_.push_back(&source);
                }
            }
            visits.pop_back();
        }
    }

    const std::vector<SecretSource>& sources_;
    std::map<std::string, const Secret*, std::less<>> by_name_;
    std::set<std::string> seen_;
    std::vector<const SecretSource*> ordered_;
};

}  // namespace

std::vector<const SecretSource*> in_dependency_order(const std::vector<SecretSource>& sources) {
    return Order(sources).take();
}

const SecretSource* input_source(const std::vector<SecretSource>& sources, std::string_view input,
                                 const std::string& variant) {
    const auto found = std::find_if(sources.begin(), sources.end(), [&](const SecretSource& source) {
        return source.secret->name == input && (source.secret->per.empty() || source.variant == variant);
    });
    return found == sources.end() ? nullptr : &*found;
}

}  // namespace bestow::policy
