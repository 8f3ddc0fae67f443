// Bytes as text: hexadecimal and base64 (RFC 4648).
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/sha256.hpp"

namespace weft::base {

std::string to_hex(std::string_view bytes);  // lower case
std::string to_hex(const Digest& digest);
std::optional<std::string> from_hex(std::string_view text);  // either case

void append_base64(std::string& out, std::string_view bytes);   // standard alphabet, padded
std::optional<std::string> from_base64(std::string_view text);  // strict: padded, no white space

}  // namespace weft::base
