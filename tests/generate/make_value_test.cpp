#include "generate/make_value.hpp"

#include "base/error.hpp"
#include "crypto/certificate.hpp"
#include "crypto/random.hpp"
#include "ssh/private_key.hpp"

#include <catch2/catch.hpp>

using namespace bestow;
using namespace bestow::generate;
using policy::GenerateKind;

namespace {

constexpr std::int64_t kNow = 1'790'000'000;

policy::Secret secret_of(GenerateKind kind) {
    policy::Secret secret;
    secret.name = "a/b";
    secret.generate.emplace();
    secret.generate->kind = kind;
    secret.generate->certificate.days = 30;
    secret.generate->bits = 2048;
    return secret;
}

Ingredients ingredients_of(ByteView of = {}) {
    Ingredients ingredients;
    ingredients.now = kNow;
    ingredients.of = of;
    return ingredients;
}

/// The test vector of RFC 7748, section 6.1.
const std::string kAlicePrivate = "dwdtCnMYpX08FsFyUbJmRd9ML4frwJkqsXf7pR25LCo=";
const std::string kAlicePublic = "hSDwCYkwp1R0i33ctD73Wg2/Og0mOBr066SpjqqbTmo=";

}  // namespace

TEST_CASE("a WireGuard key is clamped, and its public half is that of RFC 7748") {
    const policy::Secret secret = secret_of(GenerateKind::Wireguard);
    const RandomSource ones = [](ByteSpan out) { std::fill(out.begin(), out.end(), Byte{0xff}); };
    const Made made = make_value(secret, ingredients_of(), ones);
    CHECK(as_text(made.value.view()) == "+P///////////////////////////////////////38=");
    CHECK(public_half_of(secret, as_bytes(kAlicePrivate), {}) == kAlicePublic + "\n");
    CHECK_THROWS_AS(public_half_of(secret, as_bytes("no key"), {}), Error);
}

TEST_CASE("SSH keys can be read, and their public halves derived") {
    for (const GenerateKind kind : {GenerateKind::SshEd25519, GenerateKind::SshRsa}) {
        policy::Secret secret = secret_of(kind);
        secret.per = "host";
        secret.generate->comment = "deploy@{host}";
        Ingredients ingredients = ingredients_of();
        ingredients.variant = "web1";
        const Made made = make_value(secret, ingredients, crypto::fill_random);
        CHECK(ssh::parse_private_key(made.value.view()).public_key.comment == "deploy@web1");
        CHECK(made.public_half.ends_with(" deploy@web1\n"));
        CHECK(public_half_of(secret, made.value.view(), ingredients) == made.public_half);
    }
}

TEST_CASE("a certificate belongs to its key and its CA, and never outlives that") {
    policy::Secret authority = secret_of(GenerateKind::X509Ca);
    authority.generate->certificate.subject = {{"CN", "Example CA"}};
    const Made ca = make_value(authority, ingredients_of(), crypto::fill_random);
    CHECK(crypto::is_certificate_of(ca.public_half, ca.value.view()));
    policy::Secret leaf = secret_of(GenerateKind::X509);
    leaf.generate->certificate.names = {"*.example.org", "::1"};
    leaf.generate->certificate.days = 365;
    Ingredients ingredients = ingredients_of();
    ingredients.ca_key = ca.value.view();
    ingredients.ca_certificate = ca.public_half;
    const Made made = make_value(leaf, ingredients, crypto::fill_random);
    CHECK(crypto::is_certificate_of(made.public_half, made.value.view()));
    CHECK(crypto::is_signed_by(made.public_half, ca.public_half));
    CHECK(crypto::certificate_end(made.public_half) == crypto::certificate_end(ca.public_half));
    CHECK(crypto::certificate_end(ca.public_half) == kNow + std::int64_t{30} * 86'400);

    const Made other = make_value(authority, ingredients_of(), crypto::fill_random);
    ingredients.ca_certificate = other.public_half;
    CHECK_THROWS_WITH(make_value(leaf, ingredients, crypto::fill_random),
                      Catch::Contains("does not belong to its key"));
    ingredients.ca_key = made.value.view();
    ingredients.ca_certificate = made.public_half;
    CHECK_THROWS_AS(make_value(leaf, ingredients, crypto::fill_random), Error);
    ingredients.ca_key = ca.value.view();
    ingredients.ca_certificate = ca.public_half;
    ingredients.now += std::int64_t{31} * 86'400;
    CHECK_THROWS_WITH(make_value(leaf, ingredients, crypto::fill_random), Catch::Contains("has expired"));
}

TEST_CASE("a public half is known by its value, alone and as it was declared") {
    policy::Secret authority = secret_of(GenerateKind::X509Ca);
    authority.generate->certificate.subject = {{"CN", "Example CA"}};
    const Made ca = make_value(authority, ingredients_of(), crypto::fill_random);
    const Made other = make_value(authority, ingredients_of(), crypto::fill_random);
    policy::Secret leaf = secret_of(GenerateKind::X509);
    leaf.generate->certificate.names = {"one.example"};
    Ingredients ingredients = ingredients_of();
    ingredients.ca_key = ca.value.view();
    ingredients.ca_certificate = ca.public_half;
    const Made made = make_value(leaf, ingredients, crypto::fill_random);
    CHECK(match_public_half(authority, ca.value.view(), ca.public_half, {}) == HalfMatch::Yes);
    CHECK(match_public_half(authority, ca.value.view(), other.public_half, {}) == HalfMatch::No);
    CHECK(match_public_half(authority, ca.value.view(), ca.public_half + other.public_half, {}) == HalfMatch::No);
    CHECK(match_public_half(leaf, made.value.view(), made.public_half, ingredients) == HalfMatch::Yes);
    CHECK(match_public_half(leaf, ca.value.view(), made.public_half, ingredients) == HalfMatch::No);
    ingredients.ca_key = {};
    CHECK(match_public_half(leaf, made.value.view(), made.public_half, ingredients) == HalfMatch::SignerUnknown);
    CHECK(match_public_half(leaf, ca.value.view(), made.public_half, ingredients) == HalfMatch::No);
    ingredients.ca_key = other.value.view();
    CHECK(match_public_half(leaf, made.value.view(), made.public_half, ingredients) == HalfMatch::No);

    CHECK(certificate_differences(leaf, made.public_half, ingredients).empty());
    leaf.generate->certificate.names = {"two.example"};
    leaf.generate->certificate.client = !leaf.generate->certificate.client;
    CHECK(certificate_differences(leaf, made.public_half, ingredients).size() == 3);  // subject, names, usages
    CHECK_FALSE(certificate_differences(leaf, "no certificate", ingredients).empty());
    for (const GenerateKind kind : {GenerateKind::Wireguard, GenerateKind::SshEd25519}) {
        const policy::Secret secret = secret_of(kind);
        const Made key = make_value(secret, ingredients_of(), crypto::fill_random);
        CHECK(match_public_half(secret, key.value.view(), key.public_half, {}) == HalfMatch::Yes);
        CHECK(match_public_half(secret, key.value.view(), key.public_half + key.public_half, {}) == HalfMatch::No);
        CHECK(match_public_half(secret, make_value(secret, ingredients_of(), crypto::fill_random).value.view(),
                                key.public_half, {}) == HalfMatch::No);
    }
}

TEST_CASE("a variant cannot add to the names of a certificate") {
    policy::Secret authority = secret_of(GenerateKind::X509Ca);
    authority.generate->certificate.subject = {{"CN", "CA"}};
    const Made ca = make_value(authority, ingredients_of(), crypto::fill_random);
    policy::Secret leaf = secret_of(GenerateKind::X509);
    leaf.per = "env";
    leaf.generate->certificate.names = {"{env}.example.org"};
    Ingredients ingredients = ingredients_of();
    ingredients.ca_key = ca.value.view();
    ingredients.ca_certificate = ca.public_half;
    for (const char* variant : {"a,DNS:bank.example", "a,IP:10.0.0.1", "a=b", "a b"}) {
        ingredients.variant = variant;
        CHECK_THROWS_AS(make_value(leaf, ingredients, crypto::fill_random), Error);
    }
}

TEST_CASE("a password that a hash cannot take is refused, and never shown") {
    for (const GenerateKind kind : {GenerateKind::Bcrypt, GenerateKind::Htpasswd}) {
        policy::Secret secret = secret_of(kind);
        secret.generate->user = "admin";
        const std::string longer(73, 'x');
        try {
            (void)make_value(secret, ingredients_of(as_bytes(longer)), crypto::fill_random);
            FAIL("it was taken");
        } catch (const Error& error) {
            CHECK(error.full_message().find("xxx") == std::string::npos);
        }
        const std::string nul("a\0b", 3);
        CHECK_THROWS_AS(make_value(secret, ingredients_of(as_bytes(nul)), crypto::fill_random), Error);
    }
    policy::Secret secret = secret_of(GenerateKind::Sha512crypt);
    const Made one = make_value(secret, ingredients_of(as_bytes("pass")), crypto::fill_random);
    const Made two = make_value(secret, ingredients_of(as_bytes("pass")), crypto::fill_random);
    CHECK(as_text(one.value.view()).starts_with("$6$"));
    CHECK(as_text(one.value.view()) != as_text(two.value.view()));
}
