// What there is only so much of: resources as definitions declare them, and what steps take of
// them.
#include <algorithm>

#include "base/text.hpp"
#include "base/units.hpp"
#include "spec/parser.hpp"

namespace weft::spec {

using namespace lit;

namespace {

constexpr uint32_t most = 1'000'000;
constexpr int32_t priority_max = 100;
// Words for priorities; between two of them lie as many levels as a patient step gains in 100 s.
constexpr std::pair<std::string_view, int32_t> words[] = {
    {"low", -10}, {"normal", 0}, {"high", 10}};

bool is_count(Value value) {
  return value.is_integer() && value.as_i64() >= 1 && value.as_i64() <= most;
}

// The resources that the kernel itself counts have names with a colon.
bool is_kernels(std::string_view name) {
  return name.starts_with("tool:") || name.starts_with("host:");
}

}  // namespace

Result<Limit> limit_of(Value written) {
  const Error range{Status::bad_input, "spec.range",
                    "a resource has a number between 1 and " + std::to_string(most),
                    "write 3, or {at_once: 3, per_minute: 100}"};
  if (is_count(written)) return Limit{static_cast<uint32_t>(written.as_u64()), 0};
  if (!written.is_object() || written.size() == 0) return range;
  Limit limit;
  for (uint32_t i = 0; i < written.size(); ++i) {
    static constexpr std::string_view known[] = {"at_once", "per_minute"};
    const std::string_view name = written.key(i);
    if (std::find(std::begin(known), std::end(known), name) == std::end(known)) {
      return Error{Status::bad_input, "spec.unknown_field", "unknown field " + base::quoted(name),
                   base::did_you_mean(name, known)};
    }
    if (!is_count(written[i])) return range;
    const auto count = static_cast<uint32_t>(written[i].as_u64());
    (name == known[0] ? limit.at_once : limit.per_minute) = count;
  }
  return limit;
}

void Parser::read_resources(Value value) {
  if (!value.is_object()) return wrong_type(value, "resources", "an object");
  for (uint32_t i = 0; i < value.size(); ++i) {
    const std::string_view name = value.key(i);
    if (name.empty() || (name.find(':') != std::string_view::npos && !is_kernels(name))) {
      problem(value[i], "spec.pattern", base::quoted(name) + " cannot be the name of a resource",
              "names have no ':', but for those of the kernel, tool:NAME and host:NAME");
      continue;
    }
    const auto limit = limit_of(value[i]);
    if (!limit) {
      problem(value[i], limit.error().code, limit.error().message, limit.error().hint);
      continue;
    }
    spec().resources.push_back({name, *limit});
  }
}

void Parser::read_budget(Value value) {
  if (!value.is_object()) return wrong_type(value, "budget", "an object");
  for (uint32_t i = 0; i < value.size(); ++i) {
    static constexpr std::string_view known[] = {"cost", "tokens", "memory"};
    const std::string_view name = value.key(i);
    const Value said = value[i];
    if (name == "memory") {
      auto bytes = base::parse_size(said);
      if (!bytes) problem(said, "spec.range", bytes.error().message, "such as \"200MB\"");
      if (bytes) spec().budget.memory = *bytes;
    } else if (name == "tokens") {
      if (!said.is_integer() || said.as_i64() < 0) wrong_type(said, name, "a number, not below 0");
      spec().budget.tokens = said.as_i64();
    } else if (name == "cost") {
      if (!said.is_number() || said.as_f64() < 0) wrong_type(said, name, "a number, not below 0");
      spec().budget.cost = Budget::cost_of(said.as_f64());
    } else {
      problem(said, "spec.unknown_field", "unknown field " + base::quoted(name),
              base::did_you_mean(name, known));
    }
  }
}

void Parser::read_needs(const Draft& draft, Rarity& rarity) {
  if (draft.mutex.exists()) read_mutex(draft.mutex, rarity.needs);
  if (draft.semaphore.exists()) read_semaphore(draft.semaphore, rarity.needs);
  if (draft.priority.exists()) read_priority(draft.priority, rarity.priority);
  const auto by_name = [](const Need& a, const Need& b) {
    return a.is_mutex != b.is_mutex ? a.is_mutex : a.name < b.name;
  };
  std::sort(rarity.needs.begin(), rarity.needs.end(), by_name);
  const auto twice = std::adjacent_find(
      rarity.needs.begin(), rarity.needs.end(),
      [](const Need& a, const Need& b) { return a.is_mutex == b.is_mutex && a.name == b.name; });
  if (twice == rarity.needs.end()) return;
  problem(twice[1].at, "spec.duplicate_field", base::quoted(twice->name) + " is taken twice",
          "name it once; a step takes all it needs at one moment");
}

void Parser::read_mutex(Value value, std::vector<Need>& needs) {
  const auto take = [&](Value name) {
    if (name.is_text() && name.size() > 0) return needs.push_back({name.as_text(), true, 1, name});
    wrong_type(name, "mutex", "a name or a list of names");
  };
  if (!value.is_array()) return take(value);
  for (const Value one : value) take(one);
}

// NAME, [NAME…] or {NAME: amount}, each declared in 'resources'.
void Parser::read_semaphore(Value value, std::vector<Need>& needs) {
  const auto take = [&](std::string_view name, Value at, uint32_t amount) {
    if (is_kernels(name) || name == "run") {
      return problem(at, "spec.pattern", "the kernel itself counts " + base::quoted(name),
                     "declare how much there is of it; no step has to name it");
    }
    const Value all = spec().definition["resources"_k];
    const Value declared = all[Key(name)];
    std::vector<std::string_view> names;
    for (uint32_t i = 0; all.is_object() && i < all.size(); ++i) names.push_back(all.key(i));
    if (!declared.exists()) {
      const std::string near = base::did_you_mean(name, names);
      return problem(
          at, "spec.unknown_reference", "the definition declares no resource " + base::quoted(name),
          near.empty() ? "say how much there is: resources: {" + std::string(name) + ": 3}" : near);
    }
    const auto limit = limit_of(declared);
    if (limit && amount > limit->at_once) {
      return problem(at, "spec.range",
                     "the step takes " + std::to_string(amount) + " of " + base::quoted(name) +
                         ", and there are " + std::to_string(limit->at_once),
                     "take less, or declare more");
    }
    needs.push_back({name, false, amount, at});
  };
  if (value.is_text()) return take(value.as_text(), value, 1);
  if (value.is_array()) {
    for (const Value one : value) {
      one.is_text() ? take(one.as_text(), one, 1) : wrong_type(one, "semaphore", "a name");
    }
    return;
  }
  if (!value.is_object()) return wrong_type(value, "semaphore", "a name or {NAME: amount}");
  for (uint32_t i = 0; i < value.size(); ++i) {
    if (is_count(value[i])) {
      take(value.key(i), value[i], static_cast<uint32_t>(value[i].as_u64()));
    } else {
      problem(value[i], "spec.range",
              "an amount is a number between 1 and " + std::to_string(most));
    }
  }
}

void Parser::read_priority(Value value, int32_t& priority) {
  if (value.is_integer() && value.as_i64() >= -priority_max && value.as_i64() <= priority_max) {
    priority = static_cast<int32_t>(value.as_i64());
    return;
  }
  for (const auto& [word, level] : words) {
    if (base::fold_name(value.as_text()) == word) {
      priority = level;
      return;
    }
  }
  problem(value, "spec.range",
          "'priority' must be 'low', 'normal', 'high' or a number between -100 and 100");
}

}  // namespace weft::spec
