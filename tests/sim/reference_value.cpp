// What is written in fields: conditions, templates, paths. Values are JSON text.
#include "reference.hpp"

namespace weft::tests {
namespace {

// The text of the first member of an object is its "name" in everything that tools answer.
std::optional<std::string> name_in(const std::string& json) {
  constexpr std::string_view start = R"({"name":")";
  if (!json.starts_with(start)) return {};
  return json.substr(start.size() - 1, json.find('"', start.size()) - start.size() + 2);
}

}  // namespace

Reference::Result Reference::value_of(const Frame& frame, std::string_view id,
                                      const std::string* result) const {
  if (id == "result" && result != nullptr) return {*result, {}};
  for (const Frame* f = &frame; f != nullptr; f = f->outer != nullptr ? f->outer->home : nullptr) {
    for (const Slot& slot : f->slots) {
      if (slot.step->id != id) continue;
      switch (slot.status) {
        case Status::succeeded: return {slot.json, {}};
        case Status::failed:
        case Status::continued: return {{}, {"path.step_failed", "configuration"}};
        case Status::skipped:
        case Status::cancelled: return {{}, {"path.step_skipped", "configuration"}};
        default: return {{}, {"path.missing", "configuration"}};
      }
    }
  }
  return {{}, {"path.missing", "configuration"}};
}

Reference::Result Reference::name_of(const Frame& frame, std::string_view id,
                                     const std::string* result) const {
  Result value = value_of(frame, id, result);
  if (!value.json) return value;
  const auto name = name_in(*value.json);
  if (!name) return {{}, {"path.missing", "configuration"}};
  return {name, {}};
}

Reference::Result Reference::evaluate(const Frame& frame, const Formula& f,
                                      const std::string* result) const {
  using Kind = Formula::Kind;
  const auto quoted = [](std::string_view text) { return '"' + std::string(text) + '"'; };
  switch (f.kind) {
    case Kind::number: return {std::to_string(f.number), {}};
    case Kind::text: return {quoted(long_text), {}};
    case Kind::whole: return value_of(frame, f.of, result);
    case Kind::field: return name_of(frame, f.of, result);
    case Kind::guarded: {
      Result value = value_of(frame, f.of, result);
      return value.json ? value : Result{std::to_string(f.number), {}};
    }
    case Kind::embedded: {
      Result name = name_of(frame, f.of, result);
      if (!name.json) return name;
      const std::string bare = name.json->substr(1, name.json->size() - 2);
      return {quoted("then " + bare + " and " + std::to_string(input_number)), {}};
    }
    case Kind::list: {
      Result value = value_of(frame, f.of, result);
      if (!value.json) return value;
      return {"[" + *value.json + R"(,{"of":)" + quoted(input_text) + "}]", {}};
    }
  }
  return {};
}

Reference::Result Reference::holds(const Frame& frame, const Condition& c) const {
  using Kind = Condition::Kind;
  const auto answer = [](bool holds) { return Result{holds ? "true" : "false", {}}; };
  const bool exists = value_of(frame, c.of, nullptr).json.has_value();
  switch (c.kind) {
    case Kind::exists_and: return answer(exists && input_number > c.number);
    case Kind::exists_or: return answer(exists || input_number > c.number);
    case Kind::is_named: {
      Result name = name_of(frame, c.of, nullptr);
      return name.json ? answer(*name.json == '"' + c.of + '"') : name;
    }
    case Kind::no_boolean: return {{}, {"expr.type", "configuration"}};
  }
  return {};
}

}  // namespace weft::tests
