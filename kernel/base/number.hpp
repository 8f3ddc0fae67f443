// Numbers as text: shortest forms that read back equal, without locale.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace weft::base {

void append_number(std::string& out, int64_t number);
void append_number(std::string& out, uint64_t number);
void append_number(std::string& out, double number);  // finite: 0.1, 1e+300; else nan, inf, -inf

// The whole text as a number of JSON's form; nothing when it is not or does not fit.
std::optional<int64_t> to_i64(std::string_view text);
std::optional<uint64_t> to_u64(std::string_view text);
std::optional<double> to_f64(std::string_view text);

}  // namespace weft::base
