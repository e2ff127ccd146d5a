#include "base/error.hpp"

#include "base/format.hpp"
#include "base/text.hpp"

#include <system_error>
#include <utility>

namespace bestow {

int exit_status(ErrorKind kind) {
    switch (kind) {
        case ErrorKind::Usage:
        case ErrorKind::Policy:
            return 2;
        case ErrorKind::Partial:
            return 4;
        case ErrorKind::NoIdentity:
            return 5;
        default:
            return 1;
    }
}

Error::Error(ErrorKind kind, std::string message) : Error(kind, std::move(message), {}) {}

Error::Error(ErrorKind kind, std::string message, std::string hint)
    : kind_(kind), message_(std::move(message)), hint_(std::move(hint)), what_(message_) {}

Error Error::system(std::string_view what, int errno_value) {
    Error error(ErrorKind::System, format("{}: {}", what, std::generic_category().message(errno_value)));
    error.errno_value_ = errno_value;
    return error;
}

Error& Error::add_context(std::string_view context) {
    context_.push_back(on_one_line(context));  // file names are foreign, and a line break would forge a message
    what_ = full_message();
    return *this;
}

Error& Error::set_hint(std::string hint) {
    hint_ = std::move(hint);
    return *this;
}

Error& Error::mark_partial() {
    kind_ = ErrorKind::Partial;
    return set_hint("some of it is done and everything is valid; run the same command again");
}

std::string Error::full_message() const {
    std::string text;
    for (auto context = context_.rbegin(); context != context_.rend(); ++context) {
        text += *context + ": ";
    }
    return text + message_;
}

const char* Error::what() const noexcept {
    return what_.c_str();
}

void require(bool condition, std::string_view promise) {
    if (!condition) {
        throw Error(ErrorKind::Internal, format("internal error: {}", promise), "please report this");
    }
}

}  // namespace bestow
