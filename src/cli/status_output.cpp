#include "cli/status_output.hpp"

#include "base/format.hpp"
#include "base/text.hpp"
#include "cli/shown.hpp"
#include "document/json_value.hpp"

#include <algorithm>

namespace bestow::cli {
namespace {

using activation::LiveFile;
using activation::LiveSet;
using activation::OutdatedUnit;
using activation::Status;
using delivery::AgingValue;
using delivery::DueDate;
using delivery::duration_text;
using document::JsonValue;

std::string time_text(std::int64_t seconds) {
    return seconds == 0 ? "unknown" : os::utc_timestamp(seconds);
}

JsonValue json_time(std::int64_t seconds) {
    return seconds == 0 ? JsonValue::null() : JsonValue::text(os::utc_timestamp(seconds));
}

JsonValue text_or_null(const std::string& text) {
    return text.empty() ? JsonValue::null() : JsonValue::text(text);
}

JsonValue json_of(const delivery::Provenance& provenance) {
    return JsonValue::object()
        .set("commit", text_or_null(provenance.commit))
        .set("dirty", JsonValue::boolean(provenance.dirty))
        .set("time", text_or_null(provenance.time));
}

JsonValue json_of(const std::vector<LiveFile>& files) {
    JsonValue list = JsonValue::array();
    for (const LiveFile& file : files) {
        JsonValue object = JsonValue::object();
        object.set("path", JsonValue::text(file.path));
        list.append(file.what.empty() ? object.set("since", json_time(file.since))
                                      : object.set("what", JsonValue::text(file.what)));
    }
    return list;
}

JsonValue json_of(const LiveSet& set) {
    JsonValue object = JsonValue::object();
    object.set("directory", JsonValue::text(set.entry_path));
    object.set("generation", set.generation ? JsonValue::number(*set.generation) : JsonValue::null());
    object.set("held", JsonValue::boolean(set.held));
    object.set("live_since", json_time(set.live_since));
    object.set("made", json_time(set.made_at)).set("made_from", json_of(set.provenance));
    object.set("files", JsonValue::number(static_cast<std::int64_t>(set.files)));
    object.set("stale", json_of(set.stale)).set("pending", JsonValue::texts(set.pending));
    object.set("tampered", json_of(set.tampered));
    object.set("added", JsonValue::texts(set.added)).set("changed", JsonValue::texts(set.changed));
    object.set("links_made", JsonValue::texts(set.links_made));
    object.set("links_removed", JsonValue::texts(set.links_removed));
    return object.set("removed", JsonValue::texts(set.removed));
}

JsonValue json_of(const std::vector<delivery::Problem>& problems) {
    JsonValue list = JsonValue::array();
    for (const delivery::Problem& problem : problems) {
        list.append(JsonValue::object()
                        .set("item", JsonValue::text(problem.item))
                        .set("message", JsonValue::text(problem.message)));
    }
    return list;
}

std::string from_text(const delivery::Provenance& provenance) {
    constexpr std::size_t kShown = 12;
    return provenance.commit.empty()
               ? ""
               : format(", from {}{}", provenance.commit.substr(0, kShown), provenance.dirty ? " and changes" : "");
}

void add_lines(std::string& text, const char* word, const std::vector<std::string>& paths) {
    for (const std::string& path : paths) {
        text += format("  {} {}\n", word, shown_line(path));
    }
}

void add_problems(std::string& text, const char* title, const std::vector<delivery::Problem>& problems) {
    if (problems.empty()) {
        return;
    }
    text += format("{}:\n", title);
    for (const delivery::Problem& problem : problems) {
        std::string_view before = " ";
        text += format("  {}:", shown_line(problem.item));
        for (const std::string_view line : split(problem.message, '\n')) {
            text += format("{}{}\n", before, shown_line(std::string(line)));
            before = "    ";
        }
    }
}

std::string text_of(const LiveSet& set) {
    if (!set.generation) {
        return format("{}: nothing is live\n", shown_line(set.entry_path));
    }
    std::string text = format("{}: generation {}, {} files, live since {}, made {}{}{}\n", shown_line(set.entry_path),
                              *set.generation, set.files, time_text(set.live_since), time_text(set.made_at),
                              from_text(set.provenance), set.held ? ", HELD" : "");
    for (const LiveFile& file : set.stale) {
        text += format("  stale {} since {}\n", shown_line(file.path), time_text(file.since));
    }
    add_lines(text, "owner pending", set.pending);
    for (const LiveFile& file : set.tampered) {
        text += format("  tampered {}: {}\n", shown_line(file.path), file.what);
    }
    add_lines(text, "to be added", set.added);
    add_lines(text, "to be changed", set.changed);
    add_lines(text, "to be removed", set.removed);
    add_lines(text, "link to be made", set.links_made);
    add_lines(text, "link to be removed", set.links_removed);
    return text;
}

std::string text_of(const AgingValue& value, const std::optional<DueDate>& due) {
    if (due && due->is_due()) {
        return format("the value of {} is {} old or older, and was to be changed after {}\n", shown_line(value.secret),
                      duration_text(due->age_seconds),
                      duration_text(static_cast<std::int64_t>(value.rotate_after_seconds)));
    }
    return due && due->is_foretold() ? format("the value of {} is to be changed within {}\n", shown_line(value.secret),
                                              duration_text(due->left_seconds))
                                     : "";
}

JsonValue json_of(const AgingValue& value, const std::optional<DueDate>& due) {
    return JsonValue::object()
        .set("secret", JsonValue::text(value.secret))
        .set("rotate_after_seconds", JsonValue::number(static_cast<std::int64_t>(value.rotate_after_seconds)))
        .set("changed", value.changed_at ? JsonValue::text(os::utc_timestamp(*value.changed_at)) : JsonValue::null())
        .set("due", due ? JsonValue::boolean(due->is_due()) : JsonValue::null());
}

/// A label's value, as the text format has it.
std::string label(std::string_view text) {
    std::string result;
    for (const char c : text) {
        result += c == '\\' ? "\\\\" : c == '"' ? "\\\"" : c == '\n' ? "\\n" : std::string(1, c);
    }
    return result;
}

class Metrics {
  public:
    void define(const char* name, const char* help) {
        name_ = name;
        text_ += format("# HELP {} {}\n# TYPE {} gauge\n", name, help, name);
    }
    void add(const std::string& labels, std::int64_t value) {
        text_ += format("{}{} {}\n", name_, labels.empty() ? "" : "{" + labels + "}", value);
    }
    /// One value a set that is live.
    template <typename Value>
    void each(const Status& status, const char* name, const char* help, Value value) {
        define(name, help);
        for (const LiveSet& set : status.sets) {
            if (set.generation) {
                add(format("directory=\"{}\"", label(set.entry_path)), static_cast<std::int64_t>(value(set)));
            }
        }
    }
    [[nodiscard]] std::string take() { return std::move(text_); }

  private:
    std::string name_;
    std::string text_;
};

/// No names: the file is everybody's to read, and the folders of secrets are not everybody's to list.
void add_due_metrics(Metrics& metrics, const Status& status) {
    if (status.host.empty()) {
        return;  // what there is cannot be told now
    }
    metrics.define("bestow_due_values", "Values that are older than their rotate_after.");
    metrics.add("", static_cast<std::int64_t>(status.due_values()));
    std::optional<std::int64_t> first;
    for (const AgingValue& value : status.aging) {
        if (value.changed_at) {
            const std::int64_t at = *value.changed_at + static_cast<std::int64_t>(value.rotate_after_seconds);
            first = std::min(first.value_or(at), at);
        }
    }
    if (first) {
        metrics.define("bestow_first_due_seconds", "When the first value is, or was, to be changed, since the epoch.");
        metrics.add("", *first);
    }
}

}  // namespace

std::string status_text(const Status& status) {
    std::string text;
    if (!status.host.empty()) {
        text += format("host {}, store {}{}\n", shown_line(status.host), shown_line(status.store_path),
                       from_text(status.store_provenance));
    }
    for (const LiveSet& set : status.sets) {
        text += text_of(set);
    }
    for (const OutdatedUnit& one : status.outdated) {
        text += format("{} runs since {}, and {} changed {}\n", shown_line(one.unit), time_text(one.started_at),
                       shown_line(one.path), time_text(one.changed_at));
    }
    for (const AgingValue& value : status.aging) {
        text += text_of(value, status.due_date_of(value));
    }
    add_problems(text, "problems", status.problems);
    add_problems(text, "the next boot would fail or lack", status.next_boot);
    add_problems(text, "the next boot would have older content of", status.next_boot_kept);
    if (status.next_boot.empty() && status.next_boot_kept.empty()) {
        text += "the next boot would have everything\n";
    }
    return text;
}

std::string status_json(const Status& status) {
    JsonValue sets = JsonValue::array();
    for (const LiveSet& set : status.sets) {
        sets.append(json_of(set));
    }
    JsonValue outdated = JsonValue::array();
    for (const OutdatedUnit& one : status.outdated) {
        outdated.append(JsonValue::object()
                            .set("unit", JsonValue::text(one.unit))
                            .set("path", JsonValue::text(one.path))
                            .set("started", json_time(one.started_at))
                            .set("changed", json_time(one.changed_at)));
    }
    JsonValue rotation = JsonValue::array();
    for (const AgingValue& value : status.aging) {
        rotation.append(json_of(value, status.due_date_of(value)));
    }
    JsonValue next_boot = JsonValue::object();
    next_boot.set("complete", JsonValue::boolean(status.next_boot.empty()))
        .set("problems", json_of(status.next_boot))
        .set("kept", json_of(status.next_boot_kept));
    JsonValue object = JsonValue::object();
    object.set("host", text_or_null(status.host)).set("store", text_or_null(status.store_path));
    object.set("store_made_from", json_of(status.store_provenance));
    object.set("found_something", JsonValue::boolean(status.found_something()));
    object.set("sets", std::move(sets)).set("outdated_units", std::move(outdated));
    object.set("rotation", std::move(rotation));
    object.set("problems", json_of(status.problems)).set("next_boot", std::move(next_boot));
    object.set("warnings", JsonValue::texts(status.warnings));
    return object.dump();
}

std::string status_metrics(const Status& status) {
    Metrics metrics;
    metrics.define("bestow_info", "Which host this is, and the commit that its store was made from.");
    metrics.add(format("host=\"{}\",commit=\"{}\"", label(status.host), label(status.store_provenance.commit)), 1);
    metrics.each(status, "bestow_generation", "The number of the live generation.",
                 [](const LiveSet& set) { return *set.generation; });
    metrics.each(status, "bestow_generation_made_seconds", "When it was made, since the epoch.",
                 [](const LiveSet& set) { return set.made_at; });
    metrics.each(status, "bestow_generation_held", "1 when a rollback holds it.",
                 [](const LiveSet& set) { return set.held ? 1 : 0; });
    metrics.each(status, "bestow_files", "Delivered files.", [](const LiveSet& set) { return set.files; });
    metrics.each(status, "bestow_stale_files", "Files with their last good content.",
                 [](const LiveSet& set) { return set.stale.size(); });
    metrics.each(status, "bestow_pending_files", "Files whose owner does not exist yet.",
                 [](const LiveSet& set) { return set.pending.size(); });
    if (status.contents_judged) {
        metrics.each(status, "bestow_tampered_files", "Files that are not as they were delivered.",
                     [](const LiveSet& set) { return set.tampered.size(); });
    }
    metrics.each(status, "bestow_outstanding_changes", "What an activation would add, change or remove.",
                 [](const LiveSet& set) {
                     return set.added.size() + set.changed.size() + set.removed.size() + set.links_made.size() +
                            set.links_removed.size();
                 });
    metrics.define("bestow_outdated_units", "Running units that started before their secret changed.");
    metrics.add("", static_cast<std::int64_t>(status.outdated.size()));
    add_due_metrics(metrics, status);
    metrics.define("bestow_problems", "What an activation would complain about.");
    metrics.add("", static_cast<std::int64_t>(status.problems.size()));
    metrics.define("bestow_next_boot_complete", "1 when the next boot would lack nothing.");
    metrics.add("", status.next_boot.empty() ? 1 : 0);
    metrics.define("bestow_next_boot_kept", "What the next boot would take from the last ciphertext that worked.");
    metrics.add("", static_cast<std::int64_t>(status.next_boot_kept.size()));
    metrics.define("bestow_status_time_seconds", "When this was written, since the epoch.");
    metrics.add("", status.now);
    return metrics.take();
}

}  // namespace bestow::cli
