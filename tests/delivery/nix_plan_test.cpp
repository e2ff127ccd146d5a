#include "delivery/nix_plan.hpp"

#include "base/text.hpp"

#include <catch2/catch.hpp>

using namespace bestow;
using namespace bestow::delivery;

namespace {

using Values = std::map<std::string, std::string>;

/// Secrets named as `names`, each with a restart and a link, with these contents ("!..." is a fault).
struct World {
    explicit World(const Values& values) {
        manifest.mount_point = "/run/secrets.d";
        manifest.symlink_path = "/run/secrets";
        manifest.log_secret_changes = true;
        for (const auto& [name, value] : values) {
            NixSecret secret;
            secret.item.name = secret.item.path = name;
            secret.item.mode_bits = 0440;
            secret.item.restart = {name + ".service"};
            secret.item.link = "/etc/" + name;
            manifest.secrets.push_back(secret);
        }
        std::size_t index = 0;
        for (const auto& [name, value] : values) {
            NixContent content{&manifest.secrets[index++].item, Fault{ErrorKind::Failed, value}};
            if (value.front() != '!') {
                content.content = SecretBytes::copy_of(value);
            }
            input.contents.push_back(std::move(content));
        }
        input.manifest = &manifest;
        input.owner_of = [](const NixItem& item) -> std::variant<Owner, std::string> {
            if (item.name == "orphan") {
                return std::string("there is no such user");
            }
            return Owner{5, 6};
        };
    }

    NixManifest manifest;
    NixPlanInput input;
};

NixObserved live(const Values& values) {
    NixObserved observed;
    observed.visible = true;
    observed.generation = 3;
    for (const auto& [path, value] : values) {
        observed.paths.insert(path);
        observed.contents.emplace(path, SecretBytes::copy_of(value));
    }
    return observed;
}

std::vector<std::string> texts_of(const NixPlan& plan) {
    std::vector<std::string> result;
    for (const PlannedFile& file : plan.files) {
        result.push_back(file.record.path + "=" + to_text(file.content->view()));
    }
    return result;
}

}  // namespace

TEST_CASE("new, changed and removed secrets are told, and those who read them", "[nix]") {
    const World world(Values{{"a", "1"}, {"b", "2"}, {"c", "3"}});
    const NixObserved observed = live({{"a", "1"}, {"b", "old"}, {"gone", "x"}, {"rendered/t", "x"}});
    const NixPlan plan = make_nix_plan(world.input, observed);
    REQUIRE(plan.generation == 4);
    REQUIRE(texts_of(plan) == std::vector<std::string>{"a=1", "b=2", "c=3"});
    REQUIRE(plan.restart == std::vector<std::string>{"b.service", "c.service"});
    REQUIRE(plan.lines == std::vector<std::string>{"adding secret: c", "modifying secret: b", "removing secret: gone",
                                                   "removing rendered secret: t"});
    REQUIRE(plan.problems.empty());
}

TEST_CASE("what cannot be had keeps what it held, under the new owner and mode, and tells nobody", "[nix]") {
    const World world(Values{{"a", "!broken"}, {"b", "2"}, {"c", "!broken"}});
    const NixObserved observed = live({{"a", "old"}, {"b", "1"}});
    const NixPlan plan = make_nix_plan(world.input, observed);
    REQUIRE(texts_of(plan) == std::vector<std::string>{"a=old", "b=2"});
    REQUIRE(plan.files.front().record.uid == 5);
    REQUIRE(plan.files.front().record.mode_bits == 0440);
    REQUIRE(plan.restart == std::vector<std::string>{"b.service"});
    REQUIRE(plan.links.size() == 2);
    REQUIRE(plan.problems.size() == 2);
    REQUIRE_THAT(plan.problems[0].message, Catch::EndsWith("; what it held stays"));
    REQUIRE_THAT(plan.problems[1].message, Catch::EndsWith("; it is missing now"));
}

TEST_CASE("when nothing can be had, nothing is planned", "[nix]") {
    const World world(Values{{"a", "!broken"}, {"b", "!broken"}});
    const NixPlan plan = make_nix_plan(world.input, live({{"a", "old"}}));
    REQUIRE(plan.refused);
    REQUIRE(plan.files.empty());
    REQUIRE(plan.problems.size() == 2);
}

TEST_CASE("an owner who does not exist leaves a secret to root alone", "[nix]") {
    const World world(Values{{"orphan", "1"}});
    const NixPlan plan = make_nix_plan(world.input, live({}));
    REQUIRE(plan.files.front().record.uid == 0);
    REQUIRE(plan.files.front().record.mode_bits == 0400);
    REQUIRE(plan.problems.size() == 1);
}

TEST_CASE("on the first run since boot nobody is told", "[nix]") {
    const World world(Values{{"a", "1"}});
    const NixObserved observed;
    const NixPlan plan = make_nix_plan(world.input, observed);
    REQUIRE(plan.generation == 1);
    REQUIRE(plan.lines.empty());
    REQUIRE(plan.restart.empty());
}

TEST_CASE("units of a live generation that nobody told come first; those of one that never was are forgotten",
          "[nix]") {
    const World world(Values{{"a", "1"}});
    NixObserved observed = live({{"a", "old"}});
    observed.record.pending = {{false, 3, "untold.service"}, {true, 2, "reload.service"}, {false, 4, "never.service"}};
    const NixPlan plan = make_nix_plan(world.input, observed);
    REQUIRE(plan.restart == std::vector<std::string>{"untold.service", "a.service"});
    REQUIRE(plan.reload == std::vector<std::string>{"reload.service"});
    REQUIRE(plan.record.pending.size() == 3);
    REQUIRE(plan.record.pending.back().generation == 4);
}

TEST_CASE("links that an earlier run made and nobody wants are stale, those of a secret in trouble are not", "[nix]") {
    const World world(Values{{"a", "!broken"}, {"b", "1"}});
    NixObserved observed = live({});
    observed.record.links = {"/etc/a", "/etc/b", "/etc/old"};
    const NixPlan plan = make_nix_plan(world.input, observed);
    REQUIRE(plan.stale_links == std::vector<std::string>{"/etc/old"});
    REQUIRE(plan.record.links == std::set<std::string>{"/etc/a", "/etc/b", "/etc/old"});
}

TEST_CASE("a record reads back as it was written, and what is damaged is left out", "[nix]") {
    NixRecord record;
    record.links = {"/etc/a b", "/x\ny"};
    record.pending = {{false, 3, "a.service"}, {true, 4, "b.service"}};
    const NixRecord read = parse_nix_record(encode_nix_record(record));
    REQUIRE(read.links == std::set<std::string>{"/etc/a b"});
    REQUIRE(encode_nix_record(read) == encode_nix_record(parse_nix_record(encode_nix_record(read))));
    REQUIRE(read.pending.size() == 2);
    REQUIRE(read.pending[1].reload);
    REQUIRE(read.pending[1].generation == 4);
    REQUIRE(parse_nix_record("").links.empty());
    REQUIRE(parse_nix_record("other\nlink /x\n").links.empty());
    const NixRecord damaged = parse_nix_record(
        "bestow nix 1\nlink relative\nrestart\nrestart x y\nrestart 1\nrestart 99999999999 y\nlink /a");
    REQUIRE(damaged.links == std::set<std::string>{"/a"});
    REQUIRE(damaged.pending.empty());
}

TEST_CASE("placeholders are replaced in one pass, the longest first", "[nix]") {
    NixManifest manifest;
    for (const auto& [name, placeholder] :
         std::map<std::string, std::string>{{"a", "<A>"}, {"b", "<A>B"}, {"c", "<C"}}) {
        NixSecret secret;
        secret.item.name = secret.item.path = name;
        secret.sops_file = name;
        secret.format = sops::Format::Binary;
        secret.placeholder = placeholder;
        manifest.secrets.push_back(secret);
    }
    std::map<std::string, NixOpenedFile> files;
    for (const auto& [name, value] : std::map<std::string, std::string>{{"a", "[<A>B]"}, {"b", "b"}}) {
        sops::PlainNode root;
        sops::PlainChild child;
        child.key = "data";
        child.node.shape = sops::PlainNode::Shape::Scalar;
        child.node.type = sops::ValueType::String;
        child.node.bytes = SecretBytes::copy_of(value);
        root.children.push_back(std::move(child));
        std::vector<sops::PlainNode> roots;
        roots.push_back(std::move(root));
        files.emplace(name, std::move(roots));
    }
    files.emplace("c", Fault{ErrorKind::Failed, "closed"});
    const std::vector<std::string> texts = {"<A>B<A><A", "<A><C>", "<Z>", ""};
    std::vector<std::variant<Fault, std::string>> wanted;
    for (const std::string& text : texts) {
        NixTemplate one;
        one.item.name = text;
        manifest.templates.push_back(one);
        wanted.emplace_back(text);
    }
    const std::vector<NixContent> contents = make_nix_contents(manifest, files, wanted);
    const auto text_of = [&](std::size_t index) {
        return to_text(std::get<SecretBytes>(contents.at(3 + index).content).view());
    };
    REQUIRE(text_of(0) == "b[<A>B]<A");
    REQUIRE_THAT(contents.at(4).fault()->message, Catch::Contains("needs secret 'c': closed"));
    REQUIRE(text_of(2) == "<Z>");
    REQUIRE(text_of(3).empty());
}
