#include "base/format.hpp"
#include "codec/base64.hpp"
#include "delivery/manifest_json.hpp"
#include "document/json_value.hpp"
#include "document/utf8.hpp"

namespace bestow::delivery {
namespace {

using document::JsonValue;

JsonValue text_or_null(const std::string& text) {
    return text.empty() ? JsonValue::null() : JsonValue::text(text);
}

JsonValue number(std::size_t value) {
    return JsonValue::number(static_cast<std::int64_t>(value));
}

JsonValue json_of(const document::KeyPath& path) {
    JsonValue list = JsonValue::array();
    for (const document::PathElement& element : path) {
        const auto* key = std::get_if<std::string>(&element);
        list.append(key != nullptr ? JsonValue::text(*key) : number(std::get<std::size_t>(element)));
    }
    return list;
}

JsonValue json_of(const std::optional<sops::Rendering>& as) {
    if (!as) {
        return JsonValue::null();
    }
    switch (*as) {
        case sops::Rendering::Yaml:
            return JsonValue::text("yaml");
        case sops::Rendering::Json:
            return JsonValue::text("json");
        case sops::Rendering::Env:
            return JsonValue::text("env");
        case sops::Rendering::Raw:
            break;
    }
    return JsonValue::text("raw");
}

void set_placement(JsonValue& object, const Placement& placement) {
    object.set("owner", JsonValue::text(placement.owner));
    object.set("group", text_or_null(placement.group));
    object.set("mode", JsonValue::text(format("{:04o}", placement.mode_bits)));
    object.set("path", text_or_null(placement.link));
    object.set("restart", JsonValue::texts(placement.restart));
    object.set("reload", JsonValue::texts(placement.reload));
    object.set("phase", JsonValue::text(placement.phase == Phase::Early ? "early" : "main"));
}

JsonValue json_of(const ManifestSecret& secret) {
    JsonValue object = JsonValue::object();
    object.set("name", JsonValue::text(secret.name));
    object.set("file", JsonValue::text(secret.file));
    object.set("key", json_of(secret.key));
    object.set("as", json_of(secret.as));
    object.set("delivered", JsonValue::boolean(secret.delivered));
    if (secret.optional) {
        object.set("optional", JsonValue::boolean(true));
    }
    if (secret.rotation) {
        object.set("rotation", JsonValue::object()
                                   .set("after_seconds",
                                        JsonValue::number(static_cast<std::int64_t>(secret.rotation->after_seconds)))
                                   .set("changed", text_or_null(secret.rotation->changed)));
    }
    set_placement(object, secret.placement);
    return object;
}

JsonValue json_of(const policy::TemplatePiece& piece) {
    JsonValue object = JsonValue::object();
    if (const auto* literal = std::get_if<std::string>(&piece)) {
        return document::is_utf8(*literal)
                   ? object.set("text", JsonValue::text(*literal))
                   : object.set("base64", JsonValue::text(codec::encode_base64(as_bytes(*literal))));
    }
    const auto& placeholder = std::get<policy::Placeholder>(piece);
    object.set("insert", JsonValue::text(policy::to_text(placeholder)));
    object.set("line", number(placeholder.at.line));
    return object.set("column", number(placeholder.at.column));
}

JsonValue json_of(const ManifestTemplate& one) {
    JsonValue object = JsonValue::object();
    object.set("name", JsonValue::text(one.name));
    object.set("inputs", JsonValue::texts(one.inputs));
    JsonValue pieces = JsonValue::array();
    for (const policy::TemplatePiece& piece : one.pieces) {
        pieces.append(json_of(piece));
    }
    object.set("pieces", std::move(pieces));
    set_placement(object, one.placement);
    return object;
}

JsonValue json_of(const Provenance& provenance) {
    JsonValue object = JsonValue::object();
    object.set("commit", text_or_null(provenance.commit));
    object.set("dirty", JsonValue::boolean(provenance.dirty));
    return object.set("time", text_or_null(provenance.time));
}

JsonValue json_of(const policy::ActivationSettings& settings) {
    JsonValue object = JsonValue::object();
    object.set("keep_generations", JsonValue::number(settings.keep_generations));
    object.set("allow_swap", JsonValue::boolean(settings.allow_swap));
    return object.set("max_stale_seconds", JsonValue::number(static_cast<std::int64_t>(settings.max_stale_seconds)));
}

template <typename Item>
JsonValue list_of(const std::vector<Item>& items) {
    JsonValue list = JsonValue::array();
    for (const Item& item : items) {
        list.append(json_of(item));
    }
    return list;
}

}  // namespace

std::string encode_manifest(const Manifest& manifest) {
    JsonValue vars = JsonValue::object();
    for (const auto& [name, value] : manifest.vars) {
        vars.set(name, JsonValue::text(value));
    }
    JsonValue object = JsonValue::object();
    object.set("format", JsonValue::text(kManifestFormat)).set("version", JsonValue::number(kManifestVersion));
    object.set("host", JsonValue::text(manifest.host)).set("keys", JsonValue::texts(manifest.keys));
    object.set("vars", std::move(vars)).set("made_from", json_of(manifest.provenance));
    object.set("activation", json_of(manifest.settings));
    object.set("secrets", list_of(manifest.secrets)).set("templates", list_of(manifest.templates));
    return object.dump() + "\n";
}

}  // namespace bestow::delivery
