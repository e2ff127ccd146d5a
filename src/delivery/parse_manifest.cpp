#include "age/age.hpp"
#include "base/error.hpp"
#include "base/format.hpp"
#include "base/text.hpp"
#include "codec/base64.hpp"
#include "delivery/manifest_json.hpp"
#include "document/json.hpp"
#include "policy/field_rules.hpp"

#include <algorithm>
#include <charconv>
#include <set>

namespace bestow::delivery {
namespace {

using document::Kind;
using document::Node;

constexpr document::Limits kLimits{std::size_t{64} * 1024 * 1024, 8, 1'000'000};
constexpr std::uint64_t kMaxNumber = 999'999'999;  // as in bestow.yaml, in weeks
constexpr std::uint64_t kSecondsInWeek = 604'800;

[[noreturn]] void refuse(const std::string& place, const std::string& message) {
    throw Error(ErrorKind::Policy, format("{}: {}", place.empty() ? "the manifest" : place, message));
}

/// One object with the members that it has to have; others are warnings.
class Object {
  public:
    Object(const Node& node, std::string place, std::vector<std::string>& warnings)
        : node_(node), place_(std::move(place)), warnings_(warnings) {
        if (node.kind != Kind::Mapping) {
            refuse(place_, "an object is expected");
        }
    }
    Object(const Object&) = delete;
    Object& operator=(const Object&) = delete;

    [[nodiscard]] std::string place_of(std::string_view key) const {
        return place_.empty() ? std::string(key) : format("{}.{}", place_, key);
    }

    const Node& get(std::string_view key) {
        const Node* const found = node_.find(key);
        if (found == nullptr) {
            refuse(place_, format("it has no {}", quoted(key)));
        }
        known_.emplace(key);
        return *found;
    }

    std::string text(std::string_view key) {
        const Node& node = get(key);
        if (node.kind != Kind::String) {
            refuse(place_of(key), "a text is expected");
        }
        return node.text;
    }

    /// Null is the empty text, which itself is refused.
    std::string text_or_null(std::string_view key) {
        if (get(key).kind == Kind::Null) {
            return {};
        }
        std::string value = text(key);
        if (value.empty()) {
            refuse(place_of(key), "it is empty");
        }
        return value;
    }

    std::string checked(std::string_view key, std::optional<std::string> (*problem_of)(std::string_view)) {
        std::string value = text(key);
        refuse_if(key, problem_of(value));
        return value;
    }

    std::string checked_or_null(std::string_view key, std::optional<std::string> (*problem_of)(std::string_view)) {
        std::string value = text_or_null(key);
        refuse_if(key, value.empty() ? std::nullopt : problem_of(value));
        return value;
    }

    bool flag(std::string_view key) {
        const Node& node = get(key);
        if (node.kind != Kind::Boolean) {
            refuse(place_of(key), "true or false is expected");
        }
        return node.text == "true";
    }

    std::uint64_t number(std::string_view key, std::uint64_t limit) {
        return number_of(get(key), place_of(key), limit);
    }

    static std::uint64_t number_of(const Node& node, const std::string& place, std::uint64_t limit) {
        std::uint64_t value = 0;
        const char* const end = node.text.data() + node.text.size();
        const auto [stop, failure] = std::from_chars(node.text.data(), end, value);
        if (node.kind != Kind::Integer || failure != std::errc() || stop != end || value > limit) {
            refuse(place, format("a number up to {} is expected", limit));
        }
        return value;
    }

    /// One of these words, by its place in the list.
    std::size_t word(std::string_view key, const std::vector<std::string>& words) {
        const std::string value = text(key);
        const auto found = std::find(words.begin(), words.end(), value);
        if (found == words.end()) {
            refuse(place_of(key), format("one of {} is expected, not {}", join(words, ", "), quoted(value)));
        }
        return static_cast<std::size_t>(found - words.begin());
    }

    /// `take` gets each element with its place.
    template <typename Take>
    void each(std::string_view key, Take take) {
        const Node& list = get(key);
        if (list.kind != Kind::Sequence) {
            refuse(place_of(key), "a list is expected");
        }
        std::size_t index = 0;
        for (const document::Child& child : list.children) {
            take(*child.node(), format("{}[{}]", place_of(key), index++));
        }
    }

    std::vector<std::string> texts(std::string_view key) {
        std::vector<std::string> result;
        each(key, [&](const Node& node, const std::string& place) {
            if (node.kind != Kind::String) {
                refuse(place, "a text is expected");
            }
            result.push_back(node.text);
        });
        return result;
    }

    void refuse_if(std::string_view key, const std::optional<std::string>& problem) const {
        if (problem) {
            refuse(place_of(key), *problem);
        }
    }

    /// Says which members nobody asked for.
    void finish() {
        for (const document::Child& child : node_.children) {
            if (known_.count(child.key) == 0) {
                warnings_.push_back(
                    format("{}: this bestow does not know {}", kManifestFile, on_one_line(place_of(child.key))));
            }
        }
    }

    [[nodiscard]] bool has(std::string_view key) const { return node_.find(key) != nullptr; }
    [[nodiscard]] const Node& node() const { return node_; }
    [[nodiscard]] const std::string& place() const { return place_; }
    [[nodiscard]] std::vector<std::string>& warnings() const { return warnings_; }

  private:
    const Node& node_;
    std::string place_;
    std::vector<std::string>& warnings_;
    std::set<std::string, std::less<>> known_;
};

std::vector<std::string> read_units(Object& object, std::string_view key) {
    std::vector<std::string> units = object.texts(key);
    for (const std::string& unit : units) {
        object.refuse_if(key, policy::unit_problem(unit));
    }
    return units;
}

Placement read_placement(Object& object) {
    Placement placement;
    placement.owner = object.checked("owner", policy::owner_problem);
    placement.group = object.checked_or_null("group", policy::owner_problem);
    object.refuse_if("mode", policy::read_mode(object.text("mode"), placement.mode_bits));
    placement.link = object.checked_or_null("path", policy::link_problem);
    placement.restart = read_units(object, "restart");
    placement.reload = read_units(object, "reload");
    placement.phase = object.word("phase", {"early", "main"}) == 0 ? Phase::Early : Phase::Main;
    return placement;
}

document::KeyPath read_key(Object& object) {
    document::KeyPath path;
    object.each("key", [&](const Node& node, const std::string& place) {
        if (node.kind == Kind::String && !node.text.empty()) {
            path.emplace_back(node.text);
        } else {
            path.emplace_back(std::size_t{Object::number_of(node, place, kMaxNumber)});
        }
    });
    object.refuse_if("key", policy::key_problem(path));
    return path;
}

std::optional<sops::Rendering> read_as(Object& object) {
    if (object.get("as").kind == Kind::Null) {
        return std::nullopt;
    }
    constexpr sops::Rendering kinds[] = {sops::Rendering::Raw, sops::Rendering::Yaml, sops::Rendering::Json,
                                         sops::Rendering::Env};
    return kinds[object.word("as", {"raw", "yaml", "json", "env"})];
}

ManifestSecret read_secret(Object& object) {
    ManifestSecret secret;
    secret.name = object.checked("name", policy::secret_name_problem);
    secret.file = object.checked("file", policy::secret_file_problem);
    object.refuse_if(
        "file", secret.file == kManifestFile ? std::optional<std::string>("it is the manifest itself") : std::nullopt);
    secret.key = read_key(object);
    secret.as = read_as(object);
    secret.delivered = object.flag("delivered");
    secret.optional = object.has("optional") && object.flag("optional");
    secret.placement = read_placement(object);
    return secret;
}

policy::TemplatePiece read_piece(Object& object) {
    if (object.has("text")) {
        return object.text("text");
    }
    if (object.has("base64")) {
        const auto bytes = codec::decode_base64(object.text("base64"));
        object.refuse_if("base64", bytes ? std::nullopt : std::optional<std::string>("it is no base64"));
        return std::string(as_text(*bytes));
    }
    const document::Position at{object.number("line", kMaxNumber), object.number("column", kMaxNumber)};
    try {
        return policy::parse_placeholder(object.text("insert"), at);
    } catch (const Error& error) {
        if (error.hint().empty()) {
            refuse(object.place_of("insert"), error.message());
        }
        throw;
    }
}

ManifestTemplate read_template(Object& object) {
    ManifestTemplate one;
    one.name = object.checked("name", policy::template_name_problem);
    object.each("pieces", [&](const Node& node, const std::string& place) {
        Object piece(node, place, object.warnings());
        one.pieces.push_back(read_piece(piece));
        piece.finish();
    });
    one.inputs = object.texts("inputs");
    if (one.inputs != policy::template_inputs(one.pieces)) {
        refuse(object.place_of("inputs"), "they are not what the pieces insert");
    }
    one.placement = read_placement(object);
    return one;
}

std::optional<std::string> commit_problem(std::string_view commit) {
    const bool hexadecimal = (commit.size() == 40 || commit.size() == 64) &&
                             commit.find_first_not_of("0123456789abcdef") == std::string_view::npos;
    return hexadecimal ? std::nullopt : std::optional<std::string>("it is no commit's name");
}

std::optional<std::string> time_problem(std::string_view time) {
    constexpr std::string_view shape = "dddd-dd-ddTdd:dd:ddZ";
    const bool fits = time.size() == shape.size() &&
                      std::equal(time.begin(), time.end(), shape.begin(),
                                 [](char c, char s) { return s == 'd' ? c >= '0' && c <= '9' : c == s; });
    return fits ? std::nullopt : std::optional<std::string>("it is no time like 2026-11-20T08:30:00Z");
}

Provenance read_provenance(Object& object) {
    Provenance provenance;
    provenance.commit = object.checked_or_null("commit", commit_problem);
    provenance.dirty = object.flag("dirty");
    provenance.time = object.checked_or_null("time", time_problem);
    return provenance;
}

policy::ActivationSettings read_settings(Object& object) {
    policy::ActivationSettings settings;
    settings.keep_generations = static_cast<unsigned>(object.number("keep_generations", policy::kMaxGenerations));
    if (settings.keep_generations == 0) {
        refuse(object.place_of("keep_generations"), "it is at least 1");
    }
    settings.allow_swap = object.flag("allow_swap");
    settings.max_stale_seconds = object.number("max_stale_seconds", kMaxNumber * kSecondsInWeek);
    return settings;
}

std::vector<std::string> read_keys(Object& object) {
    std::vector<std::string> keys = object.texts("keys");
    for (const std::string& key : keys) {
        try {
            if (age::normalize_recipient(key) != key) {
                refuse(object.place_of("keys"), "a key is not in its normal form");
            }
        } catch (const Error& error) {
            refuse(object.place_of("keys"), error.message());
        }
    }
    return keys;
}

std::map<std::string, std::string> read_vars(Object& object) {
    std::map<std::string, std::string> vars;
    const Node& node = object.get("vars");
    if (node.kind != Kind::Mapping) {
        refuse(object.place_of("vars"), "an object is expected");
    }
    for (const document::Child& child : node.children) {
        if (!policy::is_variable_name(child.key) || child.key == "host" || child.node()->kind != Kind::String) {
            refuse(object.place_of("vars"), format("{} is no variable with a text", quoted(child.key)));
        }
        vars[child.key] = child.node()->text;
    }
    return vars;
}

/// The object of one member; `read` takes it.
template <typename Read>
auto read_member(Object& object, std::string_view key, Read read) {
    Object member(object.get(key), object.place_of(key), object.warnings());
    auto value = read(member);
    member.finish();
    return value;
}

template <typename Item>
std::vector<Item> read_list(Object& object, std::string_view key, Item (*read)(Object&)) {
    std::vector<Item> items;
    std::set<std::string> names;
    object.each(key, [&](const Node& node, const std::string& place) {
        Object member(node, place, object.warnings());
        items.push_back(read(member));
        member.finish();
        if (!names.insert(items.back().name).second) {
            refuse(place, format("{} is there twice", quoted(items.back().name)));
        }
    });
    return items;
}

void check_header(Object& object) {
    if (object.node().find("format") == nullptr || object.text("format") != kManifestFormat) {
        refuse({}, "this is no manifest of bestow's");
    }
    const std::uint64_t version = object.number("version", kMaxNumber);
    if (version != kManifestVersion) {
        refuse({}, format("it has version {}, and this bestow knows {} alone", version, kManifestVersion));
    }
}

void check_inputs(const Manifest& manifest) {
    std::set<std::string_view> names;
    for (const ManifestSecret& secret : manifest.secrets) {
        names.insert(secret.name);
    }
    for (const ManifestTemplate& one : manifest.templates) {
        for (const std::string& input : one.inputs) {
            if (names.count(input) == 0) {
                refuse({}, format("template {} inserts {}, which is no secret of this host", quoted(one.name),
                                  quoted(input)));
            }
        }
    }
}

}  // namespace

ReadManifest parse_manifest(std::string text) {
    const document::Document document = document::parse_json(std::move(text), kLimits);
    ReadManifest read;
    Object root(document.roots.front(), {}, read.warnings);
    check_header(root);
    Manifest& manifest = read.manifest;
    manifest.host = root.checked("host", policy::name_problem);
    manifest.keys = read_keys(root);
    manifest.vars = read_vars(root);
    manifest.provenance = read_member(root, "made_from", read_provenance);
    manifest.settings = read_member(root, "activation", read_settings);
    manifest.secrets = read_list(root, "secrets", read_secret);
    manifest.templates = read_list(root, "templates", read_template);
    root.finish();
    check_inputs(manifest);
    check_deliveries(manifest);
    return read;
}

}  // namespace bestow::delivery
