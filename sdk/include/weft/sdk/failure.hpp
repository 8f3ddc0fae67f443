// failure(): an Error whose code, status, class and flags agree.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <weft/result.hpp>

namespace weft::sdk {

// What follows from a stable code. A prefix that ends in '.' stands for its whole family.
struct CodeRule {
  std::string_view code;
  Status status;
  uint32_t flags;
};

inline constexpr CodeRule code_rules[] = {
    {"tool.invalid_argument", Status::bad_input, WEFT_ERR_BAD_INPUT},
    {"tool.unknown_operation", Status::bad_input, WEFT_ERR_BAD_INPUT},
    {"tool.bad_data", Status::bad_input, WEFT_ERR_BAD_INPUT},
    {"tool.unsupported", Status::unsupported, 0},
    {"tool.not_configured", Status::failed, 0},
    {"tool.not_found", Status::not_found, 0},
    {"tool.conflict", Status::conflict, 0},
    {"tool.io", Status::failed, WEFT_ERR_RETRYABLE},
    {"net.blocked", Status::denied, WEFT_ERR_DENIED},
    {"net.", Status::failed, WEFT_ERR_RETRYABLE},
    {"limit.", Status::limit, 0},
    {"resource.", Status::failed, WEFT_ERR_RETRYABLE},
    {"permission.denied", Status::denied, WEFT_ERR_DENIED},
    {"timeout", Status::timeout, WEFT_ERR_TIMEOUT},
    {"cancelled", Status::cancelled, WEFT_ERR_CANCELLED},
    {"bug", Status::failed, WEFT_ERR_BUG},
};

// A code outside the table fails the step and is not retried.
constexpr CodeRule rule_of(std::string_view code) {
  for (const CodeRule& rule : code_rules) {
    const bool family = rule.code.back() == '.';
    if (family ? code.starts_with(rule.code) : code == rule.code) return rule;
  }
  return {code, Status::failed, 0};
}

// The class of a code where it does not follow from the flags; else empty.
constexpr std::string_view class_of(std::string_view code) {
  return code.starts_with("limit.") || code.starts_with("resource.") ? "resource" : "";
}

constexpr bool is_retryable_http(int64_t status) {
  return status == 408 || status == 425 || status == 429 || status == 500 ||
         (status >= 502 && status <= 504);
}

// Answers of a tool that go wrong: return failure("tool.bad_data", "line 3 has no ':'",
// {{"line", 3}}). Details are what a program may want to know; the message is for people.
inline Error failure(std::string_view code, std::string_view message,
                     std::vector<Detail> details = {}) {
  const CodeRule rule = rule_of(code);
  Error e{rule.status, std::string(code), std::string(message)};
  e.flags = rule.flags;
  e.details = std::move(details);
  if (code != "http.status") return e;
  for (const Detail& d : e.details) {
    const auto* status = std::get_if<int64_t>(&d.value);
    if (d.name == "status" && status != nullptr && is_retryable_http(*status)) {
      e.flags |= WEFT_ERR_RETRYABLE;
    }
  }
  return e;
}

}  // namespace weft::sdk
