#include "operations/unchanged.hpp"

#include "base/error.hpp"
#include "base/format.hpp"
#include "base/text.hpp"

namespace bestow::operations {
namespace {

[[noreturn]] void refuse(const std::string& file) {
    throw Error(ErrorKind::Failed, format("{} was changed meanwhile", quoted(file)), "do the same again");
}

}  // namespace

void expect_unchanged(const OpenStore& store, const std::string& file, const std::string& as_read) {
    if (store.store().try_read_text(file).value_or("") != as_read) {
        refuse(file);
    }
}

void expect_policy_unchanged(const OpenStore& store) {
    if (const std::optional<std::string> file = store.store().changed_since(store.policy_files())) {
        refuse(*file);
    }
}

}  // namespace bestow::operations
