#include "age/known_recipients.hpp"

#include "age/ssh_ed25519.hpp"
#include "age/x25519.hpp"
#include "base/text.hpp"

#include <map>
#include <mutex>
#include <utility>

namespace bestow::age {
namespace {

constexpr std::size_t kMostKept = 4096;
constexpr std::size_t kLongestKeptBytes = 4096;

class Kept {
  public:
    std::shared_ptr<const KnownRecipient> find(std::string_view text) {
        const std::scoped_lock lock(mutex_);
        const auto found = by_text_.find(text);
        return found == by_text_.end() ? nullptr : found->second;
    }

    void add(std::string_view text, std::shared_ptr<const KnownRecipient> known) {
        if (text.size() > kLongestKeptBytes) {
            return;
        }
        const std::scoped_lock lock(mutex_);
        if (by_text_.size() >= kMostKept) {
            by_text_.clear();
        }
        by_text_.emplace(text, std::move(known));
    }

  private:
    std::mutex mutex_;
    std::map<std::string, std::shared_ptr<const KnownRecipient>, std::less<>> by_text_;
};

Kept& kept() {
    static Kept all;
    return all;
}

std::shared_ptr<const KnownRecipient> parse(std::string_view text) {
    KnownRecipient known{parse_recipient(text), {}, {}};
    known.text = known.recipient->text();
    known.as_x25519 = text.starts_with("ssh-ed25519")
                          ? X25519Recipient(x25519_point(ssh::parse_public_key(text))).text()
                          : known.text;
    return std::make_shared<const KnownRecipient>(std::move(known));
}

}  // namespace

std::shared_ptr<const KnownRecipient> known_recipient(std::string_view text) {
    const std::string_view trimmed = trim(text);
    std::shared_ptr<const KnownRecipient> known = kept().find(trimmed);
    if (known == nullptr) {
        known = parse(trimmed);
        kept().add(trimmed, known);
    }
    return known;
}

}  // namespace bestow::age
