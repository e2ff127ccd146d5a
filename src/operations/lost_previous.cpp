#include "operations/lost_previous.hpp"

#include "base/format.hpp"
#include "base/text.hpp"
#include "history/repository.hpp"
#include "operations/file_report.hpp"
#include "sops/standing_leaf.hpp"

#include <map>

namespace bestow::operations {
namespace {

std::map<std::string, std::string> envelopes_of(const sops::EncryptedFile& document, const document::KeyPath& key) {
    std::map<std::string, std::string> envelopes;
    sops::visit_leaves(document, [&](const sops::StandingLeaf& leaf) {
        if (is_at_or_below(leaf.path, key)) {
            envelopes.emplace(document::to_text(leaf.path), leaf.envelope);
        }
    });
    return envelopes;
}

/// A new data key alone, which leaves `lastmodified` as it was, makes no new value.
bool has_new_value(const sops::EncryptedFile& before, const sops::EncryptedFile& now, const document::KeyPath& key) {
    const std::map<std::string, std::string> old = envelopes_of(before, key);
    return !old.empty() && before.metadata().last_modified != now.metadata().last_modified &&
           old != envelopes_of(now, key);
}

}  // namespace

std::vector<std::string> warn_of_lost_previous(const OpenStore& store, const RotationPlan& plan) {
    std::vector<std::string> warnings;
    if (!history::find_work_tree(store.system(), store.store().path())) {
        return warnings;
    }
    const history::Git git(store.system(), store.store().path());
    for (const RotationItem& item : plan.items) {
        const policy::SecretSource& source = *item.source;
        if (!item.keeps_previous || item.done) {
            continue;
        }
        std::optional<std::string> committed = git.try_ask({"cat-file", "blob", "HEAD:./" + source.file});
        try {
            const store::StoredFile now = store.store().read_file(source.file);
            const store::StoredFile before = store::classify_file(source.file, std::move(committed).value_or(""));
            if (now.document && before.document && has_new_value(*before.document, *now.document, source.key)) {
                warnings.push_back(format(
                    "{}{}: its value was changed since the last commit; that one is kept now, and the committed value, "
                    "which hosts may still run on, no more",
                    quoted(source.secret->name), source.variant.empty() ? "" : format(" for {}", source.variant)));
            }
        } catch (const Error&) {
            // What is broken at HEAD says nothing; what is broken now, the rotation itself will tell.
        }
    }
    return warnings;
}

}  // namespace bestow::operations
