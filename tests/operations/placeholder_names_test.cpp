#include "operations/placeholder_names.hpp"

#include <catch2/catch.hpp>

using bestow::operations::Delimiters;
using bestow::operations::with_renamed_placeholders;

namespace {

std::string renamed(const char* text, const Delimiters& delimiters = {}) {
    return with_renamed_placeholders(text, delimiters, "db/old", "db/new");
}

}  // namespace

TEST_CASE("only the subject of a placeholder gets the new name") {
    CHECK(renamed("A={{ db/old }}\n") == "A={{ db/new }}\n");
    CHECK(renamed("A={{db/old}} db/old {{ db/old | json | indent(4) }}") ==
          "A={{db/new}} db/old {{ db/new | json | indent(4) }}");
    CHECK(renamed("{{ db/older }}{{ x/db/old }}{{ host.name }}") == "{{ db/older }}{{ x/db/old }}{{ host.name }}");
    CHECK(renamed("}} {{ db/old }}") == "}} {{ db/new }}");
    CHECK(renamed("") == "");
}

TEST_CASE("a placeholder ends on its line") {
    CHECK(renamed("{{ db/old\n}}{{ db/old }}") == "{{ db/old\n}}{{ db/new }}");
    CHECK(renamed("{{ db/old") == "{{ db/old");
}

TEST_CASE("a template's own delimiters count") {
    const Delimiters own{"<%", "%>"};
    CHECK(renamed("{{ db/old }} <% db/old %>", own) == "{{ db/old }} <% db/new %>");
}
