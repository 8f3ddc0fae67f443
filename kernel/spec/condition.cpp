// Conditions: whatever they are written as, they become expressions. An object has one key, which
// says what kind of condition it is; a word may be the name of a condition of the form.
#include "spec/condition.hpp"

#include <algorithm>

#include "base/json.hpp"
#include "base/limits.hpp"
#include "base/text.hpp"
#include "spec/parser.hpp"

namespace weft::spec {

using namespace lit;
namespace limits = base::limits;

namespace {

std::string_view trimmed(std::string_view text) {
  const size_t first = text.find_first_not_of(" \t\r\n");
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(" \t\r\n") - first + 1);
}

bool is_word(std::string_view text) {
  const auto fits = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
           c == '-';
  };
  return !text.empty() && std::all_of(text.begin(), text.end(), fits);
}

// A condition on its way to being an expression. The first fault ends it.
class Translation final {
 public:
  explicit Translation(Value names) : names_(names) {}

  void write(Value written, uint32_t depth);

  std::string text;
  Value fault_at;
  std::string code, fault, hint;

 private:
  using Write = void (Translation::*)(Value about, uint32_t depth);
  struct Kind {
    std::string_view name;
    Write write;
  };
  static const Kind kinds[];

  void fail(Value at, std::string why, std::string what_to_do, const char* of = "spec.condition");
  bool is_fine() const { return code.empty(); }
  void object(Value written, uint32_t depth);
  std::string member(Value about, Key key);
  std::string step(Value about);
  std::string name(Value about);
  void literal(Value about, Key key);

  void always(Value, uint32_t) { text += "true"; }
  void never(Value, uint32_t) { text += "false"; }
  void expression(Value about, uint32_t depth) { write(about, depth); }
  void each(Value about, uint32_t depth, std::string_view between);
  void all(Value about, uint32_t depth) { each(about, depth, " and "); }
  void any(Value about, uint32_t depth) { each(about, depth, " or "); }
  void negated(Value about, uint32_t depth);
  void data_equals(Value about, uint32_t);
  void data_exists(Value about, uint32_t);
  void result_equals(Value about, uint32_t);
  void succeeded(Value about, uint32_t);
  void failed(Value about, uint32_t);
  void contains(Value about, uint32_t);
  void agent(Value about, uint32_t);

  Value names_;
};

const Translation::Kind Translation::kinds[] = {
    {"and", &Translation::all},
    {"or", &Translation::any},
    {"not", &Translation::negated},
    {"expression", &Translation::expression},
    {"always", &Translation::always},
    {"never", &Translation::never},
    {"shared_data_equals", &Translation::data_equals},
    {"shared_data_exists", &Translation::data_exists},
    {"step_result_equals", &Translation::result_equals},
    {"step_succeeded", &Translation::succeeded},
    {"step_failed", &Translation::failed},
    {"step_output_contains", &Translation::contains},
    {"agent_classification", &Translation::agent},
};

void Translation::fail(Value at, std::string why, std::string what_to_do, const char* of) {
  if (!is_fine()) return;
  fault_at = at;
  code = of;
  fault = std::move(why);
  hint = std::move(what_to_do);
}

void Translation::write(Value written, uint32_t depth) {
  if (depth >= limits::depth || text.size() > limits::expression_chars) {
    return fail(written, "the condition is too deep or too long, or speaks of itself by name",
                "split it, and let no named condition lead back to itself");
  }
  if (!is_fine()) return;
  if (written.is_boolean()) {
    text += written.as_bool() ? "true" : "false";
    return;
  }
  if (written.is_object()) return object(written, depth);
  if (!written.is_text()) {
    return fail(written, "a condition must be a text, true, false or an object",
                "write an expression, or one of the kinds of conditions", "spec.wrong_type");
  }
  const std::string_view inner = trimmed(bare_expression(written.as_text()));
  const Value named = is_word(inner) ? names_[Key(inner)] : Value();
  if (named.exists()) return write(named, depth + 1);
  if (inner == "always" || inner == "never") {
    text += inner == "always" ? "true" : "false";
    return;
  }
  text += inner;
}

void Translation::object(Value written, uint32_t depth) {
  std::vector<std::string_view> known;
  for (const Kind& kind : kinds) known.push_back(kind.name);
  if (written.size() != 1) {
    return fail(written, "a condition has exactly one kind",
                "join several with 'and' or 'or', each an object of its own");
  }
  const std::string kind = base::fold_name(written.key(0));
  for (const Kind& one : kinds) {
    if (base::fold_name(one.name) != kind) continue;
    return (this->*one.write)(written[0U], depth + 1);
  }
  fail(written[0U], "unknown kind of condition " + base::quoted(written.key(0)),
       base::did_you_mean(written.key(0), known));
}

std::string Translation::member(Value about, Key key) {
  const Value said = about.is_object() ? about[key] : Value();
  if (!said.is_text()) {
    fail(about, base::quoted(key.view()) + " of this condition must be a text", {},
         "spec.wrong_type");
  }
  return std::string(said.as_text());
}

// {step: ID} or the id alone, as an expression speaks of it.
std::string Translation::step(Value about) {
  if (!about.is_text()) member(about, "step"_k);
  return "steps[" + base::json_text(about.is_text() ? about : about["step"_k]) + "]";
}

// A key of state: a path as an expression writes it, or one name whatever is in it.
std::string Translation::name(Value about) {
  const std::string key = about.is_text() ? std::string(about.as_text()) : member(about, "key"_k);
  const std::string_view front = std::string_view(key).substr(0, key.find('['));
  const auto fits = [](char c) { return c == '.' || c == '$' || is_word({&c, 1}); };
  const bool is_digit = !front.empty() && front[0] >= '0' && front[0] <= '9';
  const bool is_path = !front.empty() && !is_digit && std::all_of(front.begin(), front.end(), fits);
  if (!is_fine() || is_path) return key;
  return std::string("$named[") + base::json_text(about.is_text() ? about : about["key"_k]) + "]";
}

void Translation::literal(Value about, Key key) {
  const Value said = about[key];
  if (!said.exists() || said.is_object()) {
    return fail(about, base::quoted(key.view()) + " of this condition must be a scalar or a list",
                "compare members of an object one by one", "spec.wrong_type");
  }
  text += base::json_text(said);
}

void Translation::each(Value about, uint32_t depth, std::string_view between) {
  if (!about.is_array() || about.size() == 0) {
    return fail(about, "'and' and 'or' take a list of conditions", {}, "spec.wrong_type");
  }
  for (uint32_t i = 0; i < about.size(); ++i) {
    if (i > 0) text += between;
    text += '(';
    write(about[i], depth);
    text += ')';
  }
}

void Translation::negated(Value about, uint32_t depth) {
  text += "not (";
  write(about, depth);
  text += ')';
}

void Translation::data_equals(Value about, uint32_t) {
  if (about.is_text()) member(about, "key"_k);  // it says no value
  text += "default(" + name(about) + " == ";
  literal(about, "value"_k);
  text += ", false)";
}

void Translation::data_exists(Value about, uint32_t) { text += "exists(" + name(about) + ")"; }

void Translation::result_equals(Value about, uint32_t) {
  text += "default(" + step(about) + " == ";
  literal(about, "value"_k);
  text += ", false)";
}

void Translation::succeeded(Value about, uint32_t) {
  text += "default(" + step(about) + ".success, false)";
}

void Translation::failed(Value about, uint32_t) {
  text += "default(" + step(about) + ".success, true) == false";
}

void Translation::contains(Value about, uint32_t) {
  text += "default(string(" + step(about) + ") contains ";
  literal(about, "text"_k);
  text += ", false)";
}

void Translation::agent(Value about, uint32_t) {
  fail(about, "'agent_classification' is not available in this version",
       "let a step classify, and ask for its result", "spec.not_available");
}

}  // namespace

Result<std::string> condition_text(Value written) {
  Translation made({});
  made.write(written, 0);
  if (made.code.empty()) return std::move(made.text);
  return Error{Status::bad_input, made.code, made.fault, made.hint};
}

std::string_view bare_expression(std::string_view text) {
  const std::string_view inner = trimmed(text);
  if (inner.starts_with("{{") && inner.ends_with("}}") && inner.find("{{", 2) == inner.npos) {
    return inner.substr(2, inner.size() - 4);
  }
  if (inner.starts_with("${") && inner.find('}') == inner.size() - 1) {
    return inner.substr(2, inner.size() - 3);
  }
  return text;
}

void Parser::take_condition(const Rule& rule, Value value) {
  const Value named_in = rule.named_in;
  const Value names =
      named_in.exists() ? spec().blocks[block_].at[Key(named_in.as_text())] : Value();
  Item item;
  item.kind = Kind::expression;
  item.effect = Effect::pure;
  item.at = value;
  item.is_condition = true;
  const std::string_view word = value.is_text() ? trimmed(value.as_text()) : std::string_view();
  const bool is_named = is_word(word) && names[Key(word)].exists();
  const bool is_plain = value.is_text() && !is_named && word != "always" && word != "never";
  if (is_plain || value.is_boolean()) {
    item.condition = value;
    if (names.is_object() && is_word(word)) {
      spec().condition_names.push_back({block_, value, names});
    }
  } else {
    Translation made(names);
    made.write(value, 0);
    if (!made.code.empty()) {
      know_less(block_, Known::part);
      problem(made.fault_at.exists() ? made.fault_at : value, made.code, std::move(made.fault),
              std::move(made.hint));
    }
    const bool is_usable = made.code.empty() && !made.text.empty();
    item.condition = text_value(is_usable ? made.text : "false");
  }
  item.has_strategy = true;
  spec().items.push_back(item);
}

// A word that is no name of a condition is one that was mistyped, unless it names something whose
// value may be true or false.
void Parser::resolve_condition_names() {
  for (const ConditionName& name : spec().condition_names) {
    const std::string_view word = trimmed(name.at.as_text());
    const bool is_literal = word == "true" || word == "false";
    const bool is_known = is_literal || is_reserved(word) || spec().ids.find(word) != Ids::none ||
                          spec().variables[Key(word)].exists() ||
                          spec().input_schema["properties"_k][Key(word)].exists();
    if (is_known) continue;
    std::vector<std::string_view> known;
    for (uint32_t i = 0; i < name.names.size() && i < limits::candidates; ++i) {
      known.push_back(name.names.key(i));
    }
    know_less(name.block, Known::part);
    problem(name.at, "spec.unknown_condition", "there is no condition " + base::quoted(word),
            base::did_you_mean(word, known));
  }
}

}  // namespace weft::spec
