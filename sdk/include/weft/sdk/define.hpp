// Definitions written in C++, for programs that embed the kernel.
//
//   const std::string text =
//       Definition("greet")
//           .type("chain")
//           .steps({Step("who").tool("echo").with("input", "{{ trim($input.name) }}"),
//                   Step("say").tool("echo").with("input", "Hello {{ who }}").retry(2)})
//           .json();
//   Loaded loaded = kernel->load(text, "greet.json");
//
// The text is the tree of kernel/spec/FORMAT.md and nothing else: a method is a field of that name,
// set() any other, and what is wrong with it load() says.
#pragma once

#include <cmath>
#include <concepts>
#include <cstddef>
#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>

#include <weft/sdk/json.hpp>

namespace weft::sdk {

// A value as JSON text: null, true, numbers, texts, and lists and objects of them. Whatever can be
// one becomes one by itself.
class Json final {
 public:
  Json(std::nullptr_t) : text_("null") {}
  Json(bool value) : text_(value ? "true" : "false") {}
  template <std::integral T>
    requires(!std::same_as<T, bool>)
  Json(T value) : text_(std::to_string(value)) {}
  Json(double value) {
    if (!std::isfinite(value)) text_ = "null";
    if (std::isfinite(value)) append_json_number(text_, value);
  }
  Json(std::string_view value) { append_json_text(text_, value); }
  Json(const char* value) : Json(std::string_view(value)) {}
  Json(const std::string& value) : Json(std::string_view(value)) {}
  Json(Value value) { append_json(text_, value); }

  static Json list(std::initializer_list<Json> items) {
    return enclosed('[', items, ']', [](std::string& out, const Json& one) { out += one.text_; });
  }
  static Json object(std::initializer_list<std::pair<std::string_view, Json>> members) {
    return enclosed('{', members, '}', [](std::string& out, const auto& one) {
      append_json_text(out, one.first);
      out.append(":").append(one.second.text_);
    });
  }
  // Of parts that have a text of their own, such as steps.
  template <class Part>
  static Json parts(std::initializer_list<Part> parts) {
    return enclosed('[', parts, ']', [](std::string& out, const Part& one) { out += one.json(); });
  }

  const std::string& text() const { return text_; }

 private:
  Json() = default;
  template <class Items, class Append>
  static Json enclosed(char open, const Items& items, char close, Append append) {
    Json made;
    made.text_ += open;
    for (const auto& one : items) {
      if (made.text_.size() > 1) made.text_ += ',';
      append(made.text_, one);
    }
    made.text_ += close;
    return made;
  }

  std::string text_;
};

// The fields of a step or a definition, in the order in which they were set.
template <class Self>
class Part {
 public:
  Self& set(std::string_view field, const Json& value) {
    append(fields_, field, value);
    return static_cast<Self&>(*this);
  }
  Self& type(std::string_view form) { return set("type", form); }
  Self& timeout(const Json& duration) { return set("timeout", duration); }
  Self& output(const Json& result) { return set("output", result); }
  Self& on_failure(std::string_view how) { return set("on_failure", how); }
  template <class Other>
  Self& steps(std::initializer_list<Other> steps) {
    return set("steps", Json::parts(steps));
  }
  template <class Other>
  Self& branches(std::initializer_list<Other> branches) {
    return set("branches", Json::parts(branches));
  }

 protected:
  static void append(std::string& to, std::string_view field, const Json& value) {
    if (!to.empty()) to += ',';
    append_json_text(to, field);
    to.append(":").append(value.text());
  }
  std::string fields_;
};

class Step final : public Part<Step> {
 public:
  explicit Step(std::string_view id) { set("id", id); }

  Step& tool(std::string_view id) { return set("tool", id); }
  Step& workflow(std::string_view id) { return set("workflow", id); }
  Step& command(std::string_view name) { return set("command", name); }
  Step& input(const Json& value) { return set("input", value); }
  // One of its parameters.
  Step& with(std::string_view parameter, const Json& value) {
    append(parameters_, parameter, value);
    return *this;
  }
  Step& after(std::initializer_list<Json> steps) { return set("depends_on", Json::list(steps)); }
  Step& when(std::string_view condition) { return set("if", condition); }
  Step& run_if(std::string_view what) { return set("run_if", what); }
  Step& retry(const Json& times) { return set("retry", times); }
  Step& on_error(const Json& strategy) { return set("on_error", strategy); }
  Step& alternative(const Json& way) { return set("alternative", way); }
  Step& compensate(const Json& way) { return set("compensate", way); }
  Step& wait(const Json& what) { return set("wait", what); }
  Step& approval(const Json& what) { return set("approval", what); }
  Step& assign(std::initializer_list<std::pair<std::string_view, Json>> variables) {
    return set("set", Json::object(variables));
  }

  std::string json() const {
    const std::string given = parameters_.empty() ? "" : R"(,"parameters":{)" + parameters_ + "}";
    return "{" + fields_ + given + "}";
  }

 private:
  std::string parameters_;
};

class Definition final : public Part<Definition> {
 public:
  explicit Definition(std::string_view id) { set("id", id); }

  Definition& version(std::string_view number) { return set("version", number); }
  Definition& error_strategy(const Json& strategy) { return set("error_strategy", strategy); }
  Definition& input_schema(const Json& schema) { return set("input_schema", schema); }
  Definition& variables(std::initializer_list<std::pair<std::string_view, Json>> schemas) {
    return set("variables", Json::object(schemas));
  }

  std::string json() const { return "{" + fields_ + "}"; }
};

}  // namespace weft::sdk
