#pragma once
/// sops's byte form of values: what is encrypted and what the MAC covers. Integers are decimal, floats the shortest
/// digits without exponent, booleans True and False, times RFC 3339.

#include "sops/value_cipher.hpp"

namespace bestow::sops {

/// Of a scalar or an empty collection as it stands in a document. Throws Error(Format) with line for what upstream
/// cannot read back: integers above 2^63-1. Precondition: not a collection with children.
TypedBytes byte_form(const document::Node& node);

/// Of what an envelope held; upstream's readers are lenient ("+5", "1e3", "t"). Throws Error(Format).
TypedBytes normalize(EnvelopeType type, SecretBytes bytes);

/// An envelope of that value opens to the same one: 1e999 does not.
bool comes_back(const TypedBytes& value);

/// Of a value that somebody gives for `set`; throws Error(Usage) when the text is not of that type.
TypedBytes byte_form_of(ValueType type, ByteView text);

}  // namespace bestow::sops
