#pragma once
/// Random dotenv and INI texts out of the pieces that matter to their parsers.

#include <random>
#include <string>
#include <vector>

namespace bestow::support {

inline const std::vector<std::string> kFlatPieces = {
    "[a]", "[b c]", "k",         "key",         "=",         ":",       " = ",      " : ",      "v",    "value", "\"",
    "'",   "`",     "\"\"\"",    "\\",          "\n",        "\n",      "\n",       "\r\n",     " ",    "\t",    "#",
    ";",   "\n; c", "\n# d",     " ;",          " #",        "\n\n",    "\xc3\xa9", "\xc2\xa0", "\xff", "-",     "[",
    "]",   "a=1",   "\nb = 2\n", "\nc=`x;y`\n", "\nd=\"q\"", "\n[s]\n", "\\n",      "DEFAULT"};

inline std::string random_flat_text(std::mt19937& chance) {
    std::string text;
    for (std::size_t piece = 1 + chance() % 14; piece > 0; --piece) {
        text += kFlatPieces[chance() % kFlatPieces.size()];
    }
    return text;
}

}  // namespace bestow::support
