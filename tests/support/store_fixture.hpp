#pragma once
/// A store in a temporary folder, with an operator whose key is in a home of its own, and two hosts.

#include "age/age.hpp"
#include "base/format.hpp"
#include "support/temporary_folder.hpp"

#include <cstdlib>

namespace bestow::test {

class StoreFixture {
  public:
    StoreFixture() {
        ::setenv("HOME", home_.text().c_str(), 1);
        for (const char* name : {"XDG_CONFIG_HOME", "XDG_STATE_HOME", "BESTOW_STORE", "BESTOW_IDENTITY", "SOPS_AGE_KEY",
                                 "SOPS_AGE_KEY_FILE", "SOPS_AGE_SSH_PRIVATE_KEY_FILE", "SOPS_AGE_KEY_CMD"}) {
            ::unsetenv(name);
        }
        const age::GeneratedIdentity alice = age::generate_identity();
        home_.write(".config/bestow/identity.txt", std::string(as_text(alice.text.view())) + "\n");
        folder_.write("bestow.yaml",
                      format(R"(version: 1
operators: {{alice: {{keys: [{}]}}}}
hosts:
  web1: {{keys: [{}]}}
  web2: {{keys: [{}]}}
secrets:
  db/password: {{to: [web1, web2]}}
  db/user: {{to: [web1, web2]}}
  dns/key: {{to: [web1]}}
)",
                             alice.recipient, age::generate_identity().recipient, age::generate_identity().recipient));
    }

    [[nodiscard]] const TemporaryFolder& folder() const { return folder_; }
    [[nodiscard]] std::string path() const { return folder_.text(); }

    void replace_in_policy(const std::string& old_text, const std::string& new_text) const {
        std::string text = folder_.read("bestow.yaml");
        for (std::size_t at = text.find(old_text); at != std::string::npos; at = text.find(old_text)) {
            text.replace(at, old_text.size(), new_text);
        }
        folder_.write("bestow.yaml", text);
    }

  private:
    TemporaryFolder home_;
    TemporaryFolder folder_;
};

}  // namespace bestow::test
