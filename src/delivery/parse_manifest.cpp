#include "age/age.hpp"
#include "base/error.hpp"
#include "base/format.hpp"
#include "base/text.hpp"
#include "codec/base64.hpp"
#include "delivery/manifest_json.hpp"
#include "delivery/manifest_object.hpp"
#include "document/json.hpp"
#include "document/scalar.hpp"
#include "policy/field_rules.hpp"

#include <algorithm>
#include <set>

namespace bestow::delivery {
namespace {

using document::Kind;
using document::Node;
using Object = ManifestObject;

constexpr document::Limits kLimits{std::size_t{64} * 1024 * 1024, 8, 1'000'000};
constexpr std::uint64_t kMaxNumber = 999'999'999;  // as in bestow.yaml, in weeks
constexpr std::uint64_t kSecondsInWeek = 604'800;

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

std::optional<std::string> time_problem(std::string_view time) {
    constexpr std::string_view shape = "dddd-dd-ddTdd:dd:ddZ";
    const bool fits = time.size() == shape.size() &&
                      std::equal(time.begin(), time.end(), shape.begin(),
                                 [](char c, char s) { return s == 'd' ? c >= '0' && c <= '9' : c == s; }) &&
                      document::timestamp_seconds(time).has_value();
    return fits ? std::nullopt : std::optional<std::string>("it is no time like 2026-11-20T08:30:00Z");
}

/// The object of one member; `read` takes it.
template <typename Read>
auto read_member(Object& object, std::string_view key, Read read) {
    Object member(object.get(key), object.place_of(key), object.warnings());
    auto value = read(member);
    member.finish();
    return value;
}

Rotation read_rotation(Object& object) {
    Rotation rotation;
    rotation.after_seconds = object.number("after_seconds", kMaxNumber * kSecondsInWeek);
    if (rotation.after_seconds == 0) {
        refuse_manifest(object.place_of("after_seconds"), "it is at least 1");
    }
    rotation.changed = object.checked_or_null("changed", time_problem);
    return rotation;
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
    if (object.has("rotation")) {
        secret.rotation = read_member(object, "rotation", read_rotation);
    }
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
            refuse_manifest(object.place_of("insert"), error.message());
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
        refuse_manifest(object.place_of("inputs"), "they are not what the pieces insert");
    }
    one.placement = read_placement(object);
    return one;
}

std::optional<std::string> commit_problem(std::string_view commit) {
    const bool hexadecimal = (commit.size() == 40 || commit.size() == 64) &&
                             commit.find_first_not_of("0123456789abcdef") == std::string_view::npos;
    return hexadecimal ? std::nullopt : std::optional<std::string>("it is no commit's name");
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
        refuse_manifest(object.place_of("keep_generations"), "it is at least 1");
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
                refuse_manifest(object.place_of("keys"), "a key is not in its normal form");
            }
        } catch (const Error& error) {
            refuse_manifest(object.place_of("keys"), error.message());
        }
    }
    return keys;
}

std::map<std::string, std::string> read_vars(Object& object) {
    std::map<std::string, std::string> vars;
    const Node& node = object.get("vars");
    if (node.kind != Kind::Mapping) {
        refuse_manifest(object.place_of("vars"), "an object is expected");
    }
    for (const document::Child& child : node.children) {
        if (!policy::is_variable_name(child.key) || child.key == "host" || child.node()->kind != Kind::String) {
            refuse_manifest(object.place_of("vars"), format("{} is no variable with a text", quoted(child.key)));
        }
        vars[child.key] = child.node()->text;
    }
    return vars;
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
            refuse_manifest(place, format("{} is there twice", quoted(items.back().name)));
        }
    });
    return items;
}

void check_header(Object& object) {
    if (object.node().find("format") == nullptr || object.text("format") != kManifestFormat) {
        refuse_manifest({}, "this is no manifest of bestow's");
    }
    const std::uint64_t version = object.number("version", kMaxNumber);
    if (version != kManifestVersion) {
        refuse_manifest({}, format("it has version {}, and this bestow knows {} alone", version, kManifestVersion));
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
                refuse_manifest({}, format("template {} inserts {}, which is no secret of this host", quoted(one.name),
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
