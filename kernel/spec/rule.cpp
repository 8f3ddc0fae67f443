#include "spec/rule.hpp"

#include <cmath>

#include "base/json.hpp"
#include "base/text.hpp"

namespace weft::spec {

namespace {
const char* article(std::string_view word) {
  return std::string_view("aeiou").find(word.front()) != std::string_view::npos ? "an " : "a ";
}
}  // namespace

Schema::Schema(std::unique_ptr<Rules> rules, const Rule* root)
    : rules_(std::move(rules)), root_(root) {}
Schema::Schema(Schema&&) noexcept = default;
Schema& Schema::operator=(Schema&&) noexcept = default;
Schema::~Schema() = default;

uint8_t types_of(Value value) {
  switch (value.tag()) {
    case Tag::null: return type_null;
    case Tag::boolean: return type_boolean;
    case Tag::i64:
    case Tag::u64: return type_integer;
    case Tag::f64: {
      const double number = value.as_f64();
      return number == std::floor(number) && std::abs(number) < 0x1p63 ? type_number | type_integer
                                                                       : type_number;
    }
    case Tag::text: return type_string;
    case Tag::array: return type_array;
    case Tag::object: return type_object;
    default: return 0;  // bytes, times and blobs are opaque to JSON
  }
}

std::string types_text(uint8_t types) {
  static constexpr std::pair<uint8_t, std::string_view> names[] = {
      {type_null, "null"},       {type_boolean, "boolean"}, {type_number, "number"},
      {type_integer, "integer"}, {type_string, "text"},     {type_array, "list"},
      {type_object, "object"}};
  if (types == 0) return "bytes";
  if ((types & type_number) != 0) types = static_cast<uint8_t>(types & ~type_integer);
  std::string text;
  for (const auto& [bit, name] : names) {
    if ((types & bit) == 0) continue;
    if (!text.empty()) text += " or ";
    if (bit != type_null) text += article(name);
    text += name;
  }
  return text;
}

std::string value_text(Value value) {
  if (value.is_text()) return base::quoted(value.as_text());
  std::string text = base::json_text(value);
  if (text.size() > 60) text = types_text(types_of(value));
  return text;
}

bool words_fit(const Rule& rule, Value value) {
  for (uint32_t i = 0; value.is_object() && i < value.size(); ++i) {
    const Name* name = rule.find(weft_key_at(value.slot(), i));
    const Rule* by = name != nullptr ? rule.properties[name->property].rule : nullptr;
    if (by == nullptr || !by->choices.exists() || !value[i].is_text()) continue;
    if (!choice_of(*by, value[i].as_text()).exists()) return false;
  }
  return true;
}

bool is_multiple(Value value, Value of) {
  if (value.tag() == Tag::i64 && of.tag() == Tag::i64) {
    return of.as_i64() != 0 && (of.as_i64() == -1 || value.as_i64() % of.as_i64() == 0);
  }
  const double quotient = value.as_f64() / of.as_f64();
  if (!std::isfinite(quotient)) return false;
  return std::abs(quotient - std::round(quotient)) <= 1e-9 * std::max(1.0, std::abs(quotient));
}

}  // namespace weft::spec
