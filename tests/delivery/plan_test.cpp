/// Tables: items and the present state in, the plan's text out.

#include "delivery/plan.hpp"

#include <catch2/catch.hpp>

using namespace bestow;
using namespace bestow::delivery;

namespace {

constexpr std::int64_t kNow = 1'000'000;
constexpr std::uint64_t kMaxStale = 1000;

/// An item whose content is `content`, or with a fault when that starts with '!'.
Item item(const std::string& path, const std::string& content, Placement placement = {}) {
    Item result;
    result.name = path;
    result.path = path;
    result.placement = std::move(placement);
    if (!content.empty() && content.front() == '!') {
        result.content = Fault{ErrorKind::Authentication, content.substr(1)};
    } else {
        result.content = SecretBytes::copy_of(content);
    }
    return result;
}

Placement placed(const std::string& owner, unsigned mode_bits = 0400) {
    Placement placement;
    placement.owner = owner;
    placement.mode_bits = mode_bits;
    placement.restart = {owner + ".service"};
    placement.reload = {"both.service"};
    return placement;
}

Placement linked(const std::string& path) {
    Placement placement;
    placement.link = path;
    return placement;
}

PlanInput input_of(std::vector<Item> items) {
    PlanInput input;
    input.host = "web";
    input.entry_path = "/run/secrets";
    input.items = std::move(items);
    input.owner_of = [](const Placement& placement) -> std::optional<Owner> {
        if (placement.owner == "root") {
            return Owner{0, 0};
        }
        if (placement.owner == "pdns") {
            return Owner{100, 200};
        }
        return std::nullopt;
    };
    input.tag_keys = {as_bytes("key")};
    input.link_prefixes = {"/etc/keys"};
    input.now = kNow;
    input.max_stale_seconds = kMaxStale;
    return input;
}

/// What an activation of these items leaves behind.
Observed after(const PlanInput& input, const Observed& before) {
    const Plan plan = make_plan(input, before);
    Observed observed;
    observed.live = true;
    observed.generation = plan.generation;
    observed.highest = plan.generation;
    observed.state = plan.state;
    for (const PlannedFile& file : plan.files) {
        observed.files[file.record.path] = {
            file.content->copy(), {file.record.uid, file.record.gid}, file.record.mode_bits};
    }
    observed.entry = LinkStatus::Right;
    for (const std::string& link : plan.state.links) {
        observed.links[link] = LinkStatus::Right;
    }
    return observed;
}

Observed after(std::vector<Item> items) {
    return after(input_of(std::move(items)), {});
}

std::vector<Item> items(Item first) {
    std::vector<Item> result;
    result.push_back(std::move(first));
    return result;
}

std::vector<Item> items(Item first, Item second) {
    std::vector<Item> result = items(std::move(first));
    result.push_back(std::move(second));
    return result;
}

std::string planned(std::vector<Item> wanted, const Observed& observed) {
    const PlanInput input = input_of(std::move(wanted));
    return to_text(make_plan(input, observed));
}

}  // namespace

TEST_CASE("the first activation delivers everything and makes the entry", "[plan]") {
    REQUIRE(planned(items(item("a", "1"), item("b/c", "2", placed("pdns", 0440))), {}) ==
            "new generation 1\n"
            "add a 0:0 0400\n"
            "add b/c 100:200 0440\n"
            "switch to generation 1\n"
            "make the entry\n"
            "restart pdns.service\n"
            "reload both.service\n");
}

TEST_CASE("nothing changed, nothing to do", "[plan]") {
    const Observed observed = after(items(item("a", "1"), item("b", "2", placed("pdns"))));
    REQUIRE(planned(items(item("a", "1"), item("b", "2", placed("pdns"))), observed).empty());
    const PlanInput input = input_of(items(item("a", "1"), item("b", "2", placed("pdns"))));
    REQUIRE(make_plan(input, observed).is_empty());
}

TEST_CASE("content, owner or mode: each change makes a generation and tells the units", "[plan]") {
    const Observed observed = after(items(item("a", "1"), item("b", "2", placed("pdns"))));
    const std::string units = "restart pdns.service\nreload both.service\n";
    REQUIRE(planned(items(item("a", "1"), item("b", "3", placed("pdns"))), observed) ==
            "new generation 2\nkeep a 0:0 0400\nchange b 100:200 0400\nswitch to generation 2\n" + units);
    REQUIRE(planned(items(item("a", "1"), item("b", "2", placed("pdns", 0440))), observed) ==
            "new generation 2\nkeep a 0:0 0400\nchange b 100:200 0440\nswitch to generation 2\n" + units);
    REQUIRE(planned(items(item("a", "1"), item("b", "2", placed("root"))), observed) ==
            "new generation 2\nkeep a 0:0 0400\nchange b 0:0 0400\nswitch to generation 2\n"
            "restart root.service\nreload both.service\n");
}

TEST_CASE("a secret that is no longer delivered is removed at once", "[plan]") {
    const Observed observed = after(items(item("a", "1"), item("b", "2")));
    REQUIRE(planned(items(item("a", "1")), observed) ==
            "new generation 2\nkeep a 0:0 0400\nremove b\nswitch to generation 2\n");
    REQUIRE(planned({}, observed) == "new generation 2\nremove a\nremove b\nswitch to generation 2\n");
}

TEST_CASE("a faulty item without earlier content is left out, the others are delivered", "[plan]") {
    REQUIRE(planned(items(item("a", "!MAC mismatch"), item("b", "2")), {}) ==
            "new generation 1\nadd b 0:0 0400\nswitch to generation 1\nmake the entry\n"
            "problem a: MAC mismatch; not delivered\n");
}

TEST_CASE("a faulty item keeps its last good content under the new owner and mode", "[plan]") {
    const Observed observed = after(items(item("a", "1"), item("b", "2", placed("pdns"))));
    REQUIRE(planned(items(item("a", "!bad", placed("pdns", 0440)), item("b", "2", placed("pdns"))), observed) ==
            "new generation 2\n"
            "change a 100:200 0440 stale\n"
            "keep b 100:200 0400\n"
            "switch to generation 2\n"
            "restart pdns.service\n"
            "reload both.service\n"
            "problem a: bad; its last good content stays\n");
}

TEST_CASE("stale content is kept since its first fault, for max_stale and no longer", "[plan]") {
    const Observed fresh = after(items(item("a", "1")));
    PlanInput first = input_of(items(item("a", "!bad")));
    const Observed stale = after(first, fresh);
    REQUIRE(stale.state.files.at(0).stale_since == kNow);

    PlanInput later = input_of(items(item("a", "!bad")));
    later.now = kNow + static_cast<std::int64_t>(kMaxStale);
    REQUIRE(to_text(make_plan(later, stale)) == "problem a: bad; its last good content stays\n");
    later.now += 1;
    REQUIRE(to_text(make_plan(later, stale)) ==
            "new generation 3\nremove a\nswitch to generation 3\n"
            "problem a: bad; its last good content is older than max_stale and removed\n");
    later.now = 5;  // a clock that was set back must not remove anything
    REQUIRE(to_text(make_plan(later, stale)) == "problem a: bad; its last good content stays\n");
}

TEST_CASE("a value that comes back as it was tells no unit", "[plan]") {
    PlanInput broken = input_of(items(item("a", "!bad", placed("pdns"))));
    const Observed stale = after(broken, after(items(item("a", "1", placed("pdns")))));
    REQUIRE(planned(items(item("a", "1", placed("pdns"))), stale) ==
            "new generation 3\nkeep a 100:200 0400\nswitch to generation 3\n");
}

TEST_CASE("an owner who does not exist yet leaves the file to root until he does", "[plan]") {
    PlanInput before = input_of(items(item("a", "1", placed("later", 0444))));
    REQUIRE(to_text(make_plan(before, {})) ==
            "new generation 1\nadd a 0:0 0400 owner pending\nswitch to generation 1\nmake the entry\n"
            "restart later.service\nreload both.service\n"
            "problem a: owner 'later' does not exist here; root's until it does\n");
    const Observed pending = after(before, {});
    REQUIRE(to_text(make_plan(before, pending)) ==
            "problem a: owner 'later' does not exist here; root's until it does\n");
    PlanInput now_there = input_of(items(item("a", "1", placed("later", 0444))));
    now_there.owner_of = [](const Placement&) { return Owner{7, 8}; };
    REQUIRE(to_text(make_plan(now_there, pending)) ==
            "new generation 2\nchange a 7:8 0444\nswitch to generation 2\nrestart later.service\n"
            "reload both.service\n");
    REQUIRE(make_plan(now_there, pending).units.awaited == std::vector<std::string>{"later.service", "both.service"});
    const Observed delivered = after(now_there, {});
    now_there.owner_of = [](const Placement&) { return Owner{7, 9}; };
    REQUIRE(make_plan(now_there, delivered).units.awaited.empty());
}

TEST_CASE("tampering with a live file is undone", "[plan]") {
    Observed observed = after(items(item("a", "1")));
    observed.files.at("a").mode_bits = 0666;
    REQUIRE(planned(items(item("a", "1")), observed) ==
            "new generation 2\nchange a 0:0 0400\nswitch to generation 2\n");
    observed.files.erase("a");
    REQUIRE(planned(items(item("a", "1")), observed) == "new generation 2\nadd a 0:0 0400\nswitch to generation 2\n");
}

TEST_CASE("what an owner wrote into his file is never taken for the last good content", "[plan]") {
    Observed observed = after(items(item("a", "1", placed("pdns"))));
    observed.files.at("a").content = SecretBytes::copy_of(std::string_view("2"));
    REQUIRE(planned(items(item("a", "!bad", placed("root"))), observed) ==
            "new generation 2\nremove a\nswitch to generation 2\n"
            "problem a: bad; what is there is not what was delivered, and is removed\n");
    REQUIRE(planned(items(item("a", "1", placed("pdns"))), observed) ==
            "new generation 2\nchange a 100:200 0400\nswitch to generation 2\n"
            "restart pdns.service\nreload both.service\n");
}

TEST_CASE("content that any key of the host proves is good", "[plan]") {
    const Observed observed = after(items(item("a", "1")));
    PlanInput input = input_of(items(item("a", "!bad")));
    input.tag_keys = {as_bytes("new"), as_bytes("key")};
    REQUIRE(make_plan(input, observed).stale == std::vector<std::string>{"a"});
    input.tag_keys = {as_bytes("new")};
    REQUIRE(make_plan(input, observed).removed == std::vector<std::string>{"a"});
    REQUIRE(content_tag(as_bytes("key"), "a", as_bytes("1")) != content_tag(as_bytes("key"), "b", as_bytes("1")));
}

TEST_CASE("units that an interrupted run recorded are told by the next one", "[plan]") {
    Observed observed = after(items(item("a", "1")));
    observed.pending.add({"old.service"}, {"both.service"});
    REQUIRE(planned(items(item("a", "1")), observed) == "restart old.service\nreload both.service\n");
    REQUIRE(planned(items(item("a", "2", placed("pdns"))), observed) ==
            "new generation 2\nchange a 100:200 0400\nswitch to generation 2\n"
            "restart old.service\nrestart pdns.service\nreload both.service\n");
}

TEST_CASE("links are made only where host.yaml allows them, and never over anything else", "[plan]") {
    const std::string made = "new generation 1\nadd a 0:0 0400\nswitch to generation 1\nmake the entry\n";
    REQUIRE(planned(items(item("a", "1", linked("/etc/keys/a"))), {}) ==
            made + "make link /etc/keys/a -> /run/secrets/a\n");
    REQUIRE(planned(items(item("a", "1", linked("/etc/shadow"))), {}) ==
            made + "problem a: host.yaml allows no link at '/etc/shadow'; not made\n");
    REQUIRE(planned(items(item("a", "1", linked("/etc/keys/../shadow"))), {}) ==
            made + "problem a: host.yaml allows no link at '/etc/keys/../shadow'; not made\n");
    REQUIRE(planned(items(item("a", "1", linked("/etc/keys-of-others/a"))), {}) ==
            made + "problem a: host.yaml allows no link at '/etc/keys-of-others/a'; not made\n");
    Observed occupied;
    occupied.links["/etc/keys/a"] = LinkStatus::Foreign;
    REQUIRE(planned(items(item("a", "1", linked("/etc/keys/a"))), occupied) ==
            made + "problem a: there is something else at '/etc/keys/a'; left alone (activate --force replaces it)\n");
    PlanInput forced = input_of(items(item("a", "1", linked("/etc/keys/a"))));
    forced.force = true;
    REQUIRE(to_text(make_plan(forced, occupied)) ==
            made + "replace what is not bestow's by link /etc/keys/a -> /run/secrets/a\n");
    REQUIRE(make_plan(forced, occupied).forced == std::vector<std::string>{"/etc/keys/a"});
    occupied.links["/etc/keys/a"] = LinkStatus::Immovable;
    REQUIRE(to_text(make_plan(forced, occupied)) ==
            made + "problem a: there is something at '/etc/keys/a' that is no file; left alone\n");
}

TEST_CASE("a link's folder is made as its owner's, whom one must know, and whose home must be there", "[plan]") {
    const std::string made = "new generation 1\nadd a 100:200 0400\nswitch to generation 1\nmake the entry\n";
    Placement placement = linked("/etc/keys/a");
    placement.owner = "pdns";
    Observed observed;
    observed.links["/etc/keys/a"] = LinkStatus::NoFolder;
    REQUIRE(planned(items(item("a", "1", placement)), observed) == made + "make link /etc/keys/a -> /run/secrets/a\n");
    const PlanInput input = input_of(items(item("a", "1", placement)));
    REQUIRE(make_plan(input, observed).links.at(0).owner == Owner{100, 200});
    observed.links["/etc/keys/a"] = LinkStatus::NoHome;
    REQUIRE(planned(items(item("a", "1", placement)), observed) ==
            made + "problem a: the home directory of 'pdns' is not there yet; no link made\n");
    placement.owner = "later";
    observed.links["/etc/keys/a"] = LinkStatus::NoFolder;
    REQUIRE(planned(items(item("a", "1", placement)), observed) ==
            "new generation 1\nadd a 0:0 0400 owner pending\nswitch to generation 1\nmake the entry\n"
            "problem a: owner 'later' does not exist here; root's until it does\n");
    observed.links["/etc/keys/a"] = LinkStatus::Missing;
    REQUIRE(make_plan(input_of(items(item("a", "1", placement))), observed).links.size() == 1);
}

TEST_CASE("a link follows its secret and goes when the secret goes", "[plan]") {
    Observed observed = after(items(item("a", "1", linked("/etc/keys/a"))));
    REQUIRE(planned(items(item("a", "1", linked("/etc/keys/a"))), observed).empty());
    REQUIRE(planned({}, observed) == "new generation 2\nremove a\nswitch to generation 2\nremove link /etc/keys/a\n");
    observed.links["/etc/keys/a"] = LinkStatus::Ours;
    REQUIRE(planned(items(item("a", "1", linked("/etc/keys/a"))), observed) ==
            "replace link /etc/keys/a -> /run/secrets/a\n");
    observed.links["/etc/keys/a"] = LinkStatus::Foreign;
    REQUIRE(planned({}, observed) == "new generation 2\nremove a\nswitch to generation 2\n");
}

TEST_CASE("a link that is to go stays on record until it is seen to be gone", "[plan]") {
    const Observed linked_before = after(items(item("a", "1", linked("/etc/keys/a"))));
    Observed observed = after(input_of(items(item("a", "1"))), linked_before);
    REQUIRE(observed.state.links == std::vector<std::string>{"/etc/keys/a"});
    observed.links["/etc/keys/a"] = LinkStatus::Ours;  // removing it failed, or was not come to
    REQUIRE(planned(items(item("a", "1")), observed) == "remove link /etc/keys/a\n");
    observed.links["/etc/keys/a"] = LinkStatus::Unsafe;
    REQUIRE(planned(items(item("a", "1")), observed) ==
            "problem /etc/keys/a: its folder is reached over a link or can be written by others; the link stays until "
            "that is mended\n");
    observed.links["/etc/keys/a"] = LinkStatus::Missing;
    REQUIRE(planned(items(item("a", "1")), observed).empty());
    REQUIRE(make_plan(input_of(items(item("a", "1"))), observed).state.links.empty());
}

TEST_CASE("what is missing is named alone: the user, the group, or both", "[plan]") {
    const auto problem = [](const std::string& owner, const std::string& group) {
        Placement placement;
        placement.owner = owner;
        placement.group = group;
        PlanInput input = input_of(items(item("a", "1", placement)));
        input.owner_of = [](const Placement& wanted) -> std::optional<Owner> {
            const bool known = wanted.owner == "root" && (wanted.group.empty() || wanted.group == "root");
            return known ? std::optional(Owner{}) : std::nullopt;
        };
        return make_plan(input, {}).problems.at(0).message;
    };
    REQUIRE(problem("root", "nogrp") == "group 'nogrp' does not exist here; root's until it does");
    REQUIRE(problem("nobod", "root") == "owner 'nobod' does not exist here; root's until it does");
    REQUIRE(problem("nobod", "nogrp") == "owner 'nobod' and group 'nogrp' do not exist here; root's until they do");
}

TEST_CASE("an entry that is somebody else's is left alone and said", "[plan]") {
    Observed observed;
    observed.entry = LinkStatus::Foreign;
    REQUIRE(planned({}, observed) ==
            "new generation 1\nswitch to generation 1\n"
            "problem /run/secrets: is not bestow's and is left alone; remove it and run again\n");
}

TEST_CASE("what is held stays, but for what is delivered no more or to somebody else", "[plan]") {
    const Observed observed = after(items(item("a", "1", placed("pdns", 0440)), item("b", "2")));
    std::vector<Item> wanted = items(item("a", "changed", placed("root")), item("c", "new"));
    PlanInput input = input_of(std::move(wanted));
    input.held = true;
    REQUIRE(to_text(make_plan(input, observed)) ==
            "new generation 2\nchange a 0:0 0400\nremove b\nswitch to generation 2\nrestart root.service\nreload "
            "both.service\n");
    const Observed held = after(input, observed);
    REQUIRE(to_text(make_plan(input, held)).empty());
    PlanInput faulty = input_of(items(item("a", "!broken")));
    faulty.held = true;
    REQUIRE(to_text(make_plan(faulty, held)).empty());
}

TEST_CASE("what is held and was tampered with goes, and a wrong mode is set right", "[plan]") {
    Observed observed = after(items(item("a", "1"), item("b", "2")));
    observed.files.at("a").content = SecretBytes::copy_of("forged");
    observed.files.at("b").mode_bits = 0666;
    PlanInput input = input_of(items(item("a", "1"), item("b", "2")));
    input.held = true;
    REQUIRE(to_text(make_plan(input, observed)) ==
            "new generation 2\nchange b 0:0 0400\nremove a\nswitch to generation 2\n"
            "problem a: what is there is not what was delivered, and is removed\n");
}
