#include "spec/nearest.hpp"

#include <algorithm>

#include "base/text.hpp"

namespace weft::spec {
namespace {

// How much speaks for a form. A field that it knows counts more than one that is nearly known.
uint32_t likeness(const Rule& form, Value value) {
  std::vector<std::string_view> names;
  if (value.is_text()) {
    for (const Value one : form.choices) {
      if (one.is_text()) names.push_back(one.as_text());
    }
    return base::did_you_mean(value.as_text(), names).empty() ? 0 : 1;
  }
  names.reserve(form.names.size());
  for (const Name& name : form.names) names.push_back(name.key.view());
  uint32_t likeness = 0;
  for (uint32_t i = 0; value.is_object() && i < value.size(); ++i) {
    if (form.find(weft_key_at(value.slot(), i)) != nullptr) {
      likeness += 2;
    } else if (!base::did_you_mean(value.key(i), names).empty()) {
      likeness += 1;
    }
  }
  return likeness;
}

std::string fields_text(const Rule& form) {
  std::string text;
  for (uint32_t i = 0; i < form.properties.size(); ++i) {
    if (form.required != 0 && (form.required >> i & 1) == 0) continue;
    text +=
        (text.empty() ? "an object with " : " and ") + base::quoted(form.properties[i].key.view());
  }
  return text;
}

std::string form_text(const Rule& form) {
  switch (form.mark) {
    case Mark::steps: return "steps";
    case Mark::step_id: return "the id of a step";
    case Mark::expression:
    case Mark::condition: return "an expression";
    case Mark::duration: return "a duration";
    case Mark::error_strategy: return "an error strategy";
    default: break;
  }
  std::string text;
  for (const Value one : form.choices) text += (text.empty() ? "" : ", ") + value_text(one);
  if (form.constant.exists()) text = value_text(form.constant);
  if (text.empty() && form.types == type_object) text = fields_text(form);
  return text.empty() ? types_text(form.types) : text;
}

}  // namespace

const Rule* nearest_of(const std::vector<const Rule*>& forms, Value value) {
  const Rule* best = nullptr;
  uint32_t most = 0;
  for (const Rule* form : forms) {
    const bool is_open = form->mark == Mark::none || form->mark == Mark::record;
    if (!is_open || (form->types & types_of(value)) == 0) continue;
    const uint32_t here = likeness(*form, value);
    if (here < most || here == 0) continue;
    best = here == most ? nullptr : form;
    most = here;
  }
  return best;
}

std::string forms_text(const std::vector<const Rule*>& forms) {
  std::vector<std::string> texts;
  for (const Rule* form : forms) {
    const std::string text = form_text(*form);
    if (std::find(texts.begin(), texts.end(), text) == texts.end()) texts.push_back(text);
  }
  std::string all;
  for (const std::string& text : texts) all += (all.empty() ? "" : ", or ") + text;
  return all;
}

}  // namespace weft::spec
