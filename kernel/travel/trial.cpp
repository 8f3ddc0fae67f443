#include "travel/trial.hpp"

#include <array>

#include "base/blocks.hpp"
#include "spec/place.hpp"

namespace weft::travel {

using namespace weft::lit;

namespace {

// Names mean what was recorded under them, so there is nothing to find; only where a name ends must
// be as in the definition.
Result<expr::Root> find(const void*, std::string_view name, std::string_view) {
  if (name != "steps") return expr::Root{};
  return Error{Status::bad_input, "spec.unknown_reference", "nothing is called 'steps'", {}};
}

bool takes_member(std::string_view name) {
  const auto scope = name.starts_with('$') ? spec::scope_of(name.substr(1)) : std::nullopt;
  return scope && spec::is_named(*scope);
}

const char* lasting(std::string_view code) {
  static constexpr std::array<const char*, 5> known{"path.missing", "path.step_failed",
                                                    "path.step_skipped", "learned.hidden",
                                                    "learned.too_large"};
  for (const char* one : known) {
    if (code == one) return one;
  }
  return "learned.unread";
}

expr::Found look_up(const void* self, const expr::Asked& asked, Arena) {
  const auto& [root, name, first] = asked;
  const Value read(static_cast<const weft_slot*>(self));
  for (const Value one : read) {
    if (one[0U].as_text() != name || one[1U].as_text() != first.view()) continue;
    const std::string_view code = one[3U].as_text();
    if (!code.empty()) return {Value(), false, lasting(code)};
    return {one[4U].exists() ? one[4U] : null_value(), one[2U].as_bool(), nullptr};
  }
  return {Value(), false, "learned.unread"};
}

}  // namespace

Result<Trial> Trial::of(std::string_view expression) {
  auto compiled = expr::Expression::compile(expression, {nullptr, find, takes_member});
  if (!compiled) return compiled.error();
  return Trial(std::move(*compiled));
}

Verdict Trial::on(Value decision, std::string* why) const {
  base::Blocks blocks;
  const expr::Scope scope{decision["read"_k].slot(), look_up, decision["at_ns"_k].as_i64()};
  const auto value = expression_.evaluate(scope, blocks.arena());
  if (value && value->is_boolean()) return value->as_bool() ? Verdict::yes : Verdict::no;
  if (why != nullptr) *why = value ? "expr.type" : value.error().code;
  return Verdict::fails;
}

std::optional<double> Trial::number_on(Value decision) const {
  base::Blocks blocks;
  const expr::Scope scope{decision["read"_k].slot(), look_up, decision["at_ns"_k].as_i64()};
  const auto value = expression_.evaluate(scope, blocks.arena());
  if (!value || !value->is_number()) return {};
  return value->as_f64();
}

}  // namespace weft::travel
