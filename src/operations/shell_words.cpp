#include "operations/shell_words.hpp"

#include "base/error.hpp"

#include <algorithm>
#include <optional>
#include <utility>

namespace bestow::operations {
namespace {

bool is_blank(char character) {
    return character == ' ' || character == '\t' || character == '\r' || character == '\n';
}

class Splitter {
  public:
    explicit Splitter(std::string_view text) : text_(text) {}

    std::vector<std::string> split() {
        for (; at_ < text_.size(); ++at_) {
            take(text_[at_]);
        }
        if (quote_ != '\0') {
            throw Error(ErrorKind::Usage, "a quote in the command is not closed");
        }
        end_word();
        return std::move(words_);
    }

  private:
    void take(char character) {
        if (character == '\\' && quote_ != '\'') {
            take_escaped();
        } else if (quote_ != '\0') {
            take_quoted(character);
        } else if (is_blank(character)) {
            end_word();
        } else if (character == '#' && !word_) {
            at_ = std::min(text_.find('\n', at_), text_.size());
        } else {
            begin_word();
            if (character == '\'' || character == '"') {
                quote_ = character;
            } else {
                *word_ += character;
            }
        }
    }

    void take_escaped() {
        if (at_ + 1 == text_.size()) {
            throw Error(ErrorKind::Usage, "the command ends with a backslash");
        }
        begin_word();
        *word_ += text_[++at_];
    }

    void take_quoted(char character) {
        if (character == quote_) {
            quote_ = '\0';
        } else {
            *word_ += character;
        }
    }

    void begin_word() {
        if (!word_) {
            word_.emplace();
        }
    }

    void end_word() {
        if (word_) {
            words_.push_back(*std::move(word_));
            word_.reset();
        }
    }

    std::string_view text_;
    std::size_t at_ = 0;
    char quote_ = '\0';
    std::optional<std::string> word_;
    std::vector<std::string> words_;
};

}  // namespace

std::vector<std::string> split_shell_words(std::string_view text) {
    return Splitter(text).split();
}

std::string quote_shell_word(std::string_view text) {
    const bool is_plain = !text.empty() && text.front() != '-' && std::all_of(text.begin(), text.end(), [](char byte) {
        return (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z') || (byte >= '0' && byte <= '9') ||
               std::string_view("-_./,:=@%+").find(byte) != std::string_view::npos;
    });
    if (is_plain) {
        return std::string(text);
    }
    std::string word = "'";
    for (const char byte : text) {
        word += byte == '\'' ? "'\\''" : std::string(1, byte);
    }
    return word + "'";
}

}  // namespace bestow::operations
