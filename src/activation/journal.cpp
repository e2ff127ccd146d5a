#include "activation/journal.hpp"

#include "base/format.hpp"
#include "base/text.hpp"

namespace bestow::activation {
namespace {

constexpr const char* kSocket = "/run/systemd/journal/socket";
constexpr int kNotice = 5;
constexpr int kWarning = 4;

class Journal {
  public:
    Journal(os::System& system, const Report& report) : system_(system), report_(report) {}

    void tell(const SetReport& set) {
        tell(set, "added", set.added);
        tell(set, "changed", set.changed);
        tell(set, "removed", set.removed);
        tell(set, "stale", set.stale);
    }

    void tell(const delivery::Problem& problem) {
        std::string entry = head(kWarning, format("{}: {}", problem.item, problem.message), problem.item, "failed");
        send(entry);
    }

  private:
    /// A line a field; what could end a line early is escaped.
    static std::string field(const char* name, std::string_view value) {
        return format("{}={}\n", name, on_one_line(value));
    }

    [[nodiscard]] std::string head(int priority, const std::string& message, const std::string& secret,
                                   const char* change) const {
        std::string entry = field("MESSAGE", message) + field("PRIORITY", std::to_string(priority)) +
                            field("SYSLOG_IDENTIFIER", "bestow") + field("BESTOW_HOST", report_.host) +
                            field("BESTOW_SECRET", secret) + field("BESTOW_CHANGE", change);
        return report_.provenance.commit.empty() ? entry : entry + field("BESTOW_COMMIT", report_.provenance.commit);
    }

    void tell(const SetReport& set, const char* change, const std::vector<std::string>& paths) {
        const bool stale = std::string_view(change) == "stale";
        for (const std::string& path : paths) {
            std::string entry =
                head(stale ? kWarning : kNotice, format("{}/{} {}", set.entry_path, path, change), path, change);
            entry += field("BESTOW_DIRECTORY", set.entry_path);
            entry += field("BESTOW_GENERATION", std::to_string(set.generation));
            send(entry);
        }
    }

    /// After the first that nobody takes, no more are tried: there is no journal, or it cannot keep up.
    /// Everything is live by now: what goes wrong here is nobody's failure.
    void send(const std::string& entry) {
        try {
            heard_ = heard_ && system_.send_datagram(kSocket, as_bytes(entry));
        } catch (const Error&) {
            heard_ = false;
        }
    }

    os::System& system_;
    const Report& report_;
    bool heard_ = true;
};

}  // namespace

void write_journal(os::System& system, const Report& report) {
    Journal journal(system, report);
    for (const SetReport& set : report.sets) {
        if (set.new_generation) {
            journal.tell(set);
        }
    }
    for (const delivery::Problem& problem : report.problems) {
        journal.tell(problem);
    }
}

}  // namespace bestow::activation
