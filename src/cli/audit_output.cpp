#include "cli/audit_output.hpp"

#include "base/format.hpp"
#include "base/text.hpp"
#include "cli/enrolment.hpp"
#include "cli/shown.hpp"
#include "cli/table.hpp"
#include "document/json_value.hpp"

#include <algorithm>
#include <ostream>
#include <set>

namespace bestow::cli {
namespace {

using document::JsonValue;
using operations::AuditResult;
using operations::Exposure;
using operations::KeyHolder;

constexpr std::size_t kDateLength = 10;  // of "2026-11-20T08:30:00Z"
constexpr std::size_t kShownCommit = 10;
constexpr std::size_t kShownGap = 16;

std::string day(const std::string& date) {
    return date.substr(0, kDateLength);
}

/// So that `--key` takes it: an SSH key's fingerprint, and anything else as it is.
std::string shown_key(const Exposure& exposure) {
    const std::string& key = exposure.holder.key.empty() ? exposure.recipient : exposure.holder.key;
    try {
        return key.starts_with("ssh-") ? fingerprint_of(key) : key;
    } catch (const Error&) {
        return key;  // a stanza that only says a part of its key
    }
}

JsonValue json_of(const operations::CommitAt& at) {
    return JsonValue::object().set("commit", JsonValue::text(at.commit)).set("date", JsonValue::text(at.date));
}

JsonValue json_of(const Exposure& exposure) {
    JsonValue holder = JsonValue::object();
    holder.set("kind", JsonValue::text(operations::holder_kind_name(exposure.holder.kind)))
        .set("name", JsonValue::text(exposure.holder.name))
        .set("removed", JsonValue::text(exposure.holder.removed));
    JsonValue value = JsonValue::object();
    value.set("secret", JsonValue::text(exposure.secret))
        .set("file", JsonValue::text(exposure.file))
        .set("key", JsonValue::text(exposure.key))
        .set("recipient", JsonValue::text(exposure.recipient))
        .set("holder", std::move(holder))
        .set("superseded", JsonValue::boolean(exposure.superseded))
        .set("certain", JsonValue::boolean(exposure.certain))
        .set("still_reads", JsonValue::boolean(exposure.still_reads))
        .set("first", json_of(exposure.first))
        .set("last", json_of(exposure.last))
        .set("since", JsonValue::text(exposure.since))
        .set("elsewhere", JsonValue::text(exposure.elsewhere));
    return value;
}

JsonValue json_of(const std::vector<Exposure>& all) {
    JsonValue exposures = JsonValue::array();
    for (const Exposure& exposure : all) {
        exposures.append(json_of(exposure));
    }
    return exposures;
}

std::string holder_line(const Exposure& exposure) {
    const KeyHolder& holder = exposure.holder;
    if (holder.kind == KeyHolder::Kind::Everybody) {
        return "Everybody who has the repository could read, in the clear";
    }
    std::string line = holder.name.empty() ? format("The key {}", shown_key(exposure))
                                           : format("{} {}",
                                                    holder.kind == KeyHolder::Kind::Host       ? "Host"
                                                    : holder.kind == KeyHolder::Kind::Operator ? "Operator"
                                                                                               : "The key called",
                                                    quoted(holder.name));
    if (!holder.removed.empty()) {
        line += format(", removed {},", day(holder.removed));
    }
    line += exposure.superseded ? " could read with an old key" : " could read";
    return holder.name.empty() ? line : line + format(" ({})", shown_key(exposure));
}

bool is_same_key(const Exposure& one, const Exposure& other) {
    return one.recipient == other.recipient && one.superseded == other.superseded &&
           one.holder.kind == other.holder.kind && one.holder.name == other.holder.name;
}

/// The secrets of which there are several values: variants, or parts of a document.
std::set<std::string> secrets_of_many(const AuditResult& result) {
    std::set<std::string> once;
    std::set<std::string> many;
    for (const operations::AuditedValue& value : result.values) {
        if (!once.insert(value.secret).second) {
            many.insert(value.secret);
        }
    }
    return many;
}

std::vector<std::string> row_of(const Exposure& exposure, const std::set<std::string>& secrets_of_many) {
    const std::string place = format("{} {}", exposure.file, exposure.key);
    const std::string name = exposure.secret.empty()                     ? place
                             : secrets_of_many.contains(exposure.secret) ? format("{} ({})", exposure.secret, place)
                                                                         : exposure.secret;
    std::string remark = exposure.shut_out      ? "and still can, in the last commit"
                         : exposure.still_reads ? "and still can"
                                                : "until " + day(exposure.since);
    if (!exposure.still_reads && exposure.since.empty()) {
        remark = "up to the last commit";
    }
    if (!exposure.elsewhere.empty()) {
        remark += ", at " + exposure.elsewhere;
    }
    if (!exposure.certain) {
        remark += ", or fewer: an upper bound";
    }
    return {"  " + name, "from " + day(exposure.first.date), remark};
}

void print_exposures(std::ostream& out, const AuditResult& result) {
    const std::vector<Exposure>& exposures = result.exposures;
    const std::set<std::string> many = secrets_of_many(result);
    for (std::size_t begin = 0, end = 0; begin < exposures.size(); begin = end) {
        std::vector<std::vector<std::string>> rows;
        for (; end < exposures.size() && is_same_key(exposures[begin], exposures[end]); ++end) {
            rows.push_back(row_of(exposures[end], many));
        }
        out << shown_line(holder_line(exposures[begin])) << ":\n";
        print_table(out, std::move(rows));
        out << '\n';
    }
}

void print_warnings(std::ostream& out, const AuditResult& result) {
    for (const history::Unreadable& warning : result.warnings) {
        const std::string gap = warning.gap.empty() ? "" : format(" (gap {})", warning.gap.substr(0, kShownGap));
        out << shown_line(format("warning: {}{}", described(warning), gap)) << '\n';
    }
    if (!result.acknowledged.empty()) {
        out << format("{} {} in the history, acknowledged here, not told again\n", result.acknowledged.size(),
                      result.acknowledged.size() == 1 ? "gap" : "gaps");
    }
}

std::size_t values_in(const std::vector<Exposure>& exposures) {
    std::set<std::pair<std::string, std::string>> places;
    for (const Exposure& exposure : exposures) {
        places.emplace(exposure.file, exposure.key);
    }
    return places.size();
}

/// Nothing found by ciphertext alone reads like good news, and is none.
void print_bounds(std::ostream& out, const AuditResult& result) {
    if (result.bounded) {
        return;
    }
    out << format(
               "This is no all-clear: no key here opens {} of the versions. Exposures are missing where a value was\n",
               result.unopened)
        << "set back to an older one, or stood in a second place, too; and what is \"an upper bound\" may be less\n";
    if (const std::size_t count = values_in(result.possible); count != 0) {
        out << format("Exposed to more, if set back to what stood in its place and is as long: {} {} (see --json)\n",
                      count, count == 1 ? "value" : "values");
    }
    out << "The exact answer, with a private key that opens every version: bestow --identity FILE audit\n";
}

const char* word_of(policy::Reader::Kind kind) {
    return kind == policy::Reader::Kind::Host ? "host" : "operator";
}

void print_entitled(std::ostream& out, const AuditResult& result) {
    for (const operations::EntitledNow& one : result.entitled) {
        const std::string who = format("{} {}", word_of(one.kind), quoted(one.name));
        out << shown_line(format("This is a key of {}, who may read {} declared values with it. If it was stolen:", who,
                                 one.values))
            << '\n'
            << shown_line(format("  bestow {} replace-key {} --key NEW, then ask again", word_of(one.kind), one.name))
            << '\n';
    }
}

JsonValue json_of(const std::vector<operations::AuditedValue>& all) {
    JsonValue values = JsonValue::array();
    for (const operations::AuditedValue& value : all) {
        values.append(JsonValue::object()
                          .set("secret", JsonValue::text(value.secret))
                          .set("file", JsonValue::text(value.file))
                          .set("key", JsonValue::text(value.key))
                          .set("readers", JsonValue::texts(value.readers))
                          .set("ever", JsonValue::texts(value.ever)));
    }
    return values;
}

JsonValue json_of(const std::vector<operations::EntitledNow>& all) {
    JsonValue entitled = JsonValue::array();
    for (const operations::EntitledNow& one : all) {
        entitled.append(JsonValue::object()
                            .set("kind", JsonValue::text(word_of(one.kind)))
                            .set("name", JsonValue::text(one.name))
                            .set("recipient", JsonValue::text(one.recipient))
                            .set("values", JsonValue::number(static_cast<std::int64_t>(one.values))));
    }
    return entitled;
}

JsonValue json_of(const std::vector<history::Unreadable>& all) {
    JsonValue warnings = JsonValue::array();
    for (const history::Unreadable& warning : all) {
        warnings.append(JsonValue::object()
                            .set("commit", JsonValue::text(warning.commit))
                            .set("file", JsonValue::text(warning.file))
                            .set("why", JsonValue::text(warning.why))
                            .set("gap", JsonValue::text(warning.gap)));
    }
    return warnings;
}

}  // namespace

std::string described(const history::Unreadable& warning) {
    const std::string at = warning.commit.empty() ? "" : format("commit {}: ", warning.commit.substr(0, kShownCommit));
    const std::string file = warning.file.empty() ? "" : warning.file + ": ";
    return at + file + warning.why;
}

void print_audit(std::ostream& out, const AuditResult& result) {
    print_exposures(out, result);
    print_entitled(out, result);
    print_warnings(out, result);
    out << format("{} of {} values in use are exposed{} ({} commits, {} versions of files)\n",
                  values_in(result.exposures), result.values.size(),
                  result.bounded ? "" : ", as far as ciphertext tells", result.commits, result.blobs);
    print_bounds(out, result);
    if (!result.complete) {
        out << "This is not all: what the warnings name was not looked at\n";
        if (std::any_of(result.warnings.begin(), result.warnings.end(),
                        [](const history::Unreadable& one) { return !one.gap.empty(); })) {
            out << "A gap that nothing can mend: bestow audit --acknowledge-gap GAP\n";
        }
    }
    if (!result.commands.empty()) {
        out << "To close this:\n";
        for (const std::string& command : result.commands) {
            out << "  " << shown_line(command) << '\n';
        }
    }
    if (std::any_of(result.exposures.begin(), result.exposures.end(),
                    [](const Exposure& one) { return one.shut_out; })) {
        out << "Commit what is in the work tree: it lets fewer in than the last commit does\n";
    }
}

void print_audit_json(std::ostream& out, const AuditResult& result) {
    const auto number = [](std::size_t value) { return JsonValue::number(static_cast<std::int64_t>(value)); };
    JsonValue report = JsonValue::object();
    report.set("exposures", json_of(result.exposures))
        .set("possible", json_of(result.possible))
        .set("entitled", json_of(result.entitled))
        .set("complete", JsonValue::boolean(result.complete))
        .set("values", json_of(result.values))
        .set("warnings", json_of(result.warnings))
        .set("acknowledged", json_of(result.acknowledged))
        .set("commands", JsonValue::texts(result.commands))
        .set("commits", number(result.commits))
        .set("blobs", number(result.blobs))
        .set("cached", number(result.cached))
        .set("unopened", number(result.unopened))
        .set("bounded", JsonValue::boolean(result.bounded));
    out << report.dump() << '\n';
}

}  // namespace bestow::cli
