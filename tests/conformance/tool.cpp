// The suite of every tool.
#include "catch.hpp"

#include <atomic>
#include <thread>

#include <unistd.h>

#include <weft/tool.h>

#include "base/doc.hpp"
#include "base/valid.hpp"
#include "subject.hpp"
#include "tool_host.hpp"

namespace weft::test {
namespace {

using lit::operator""_k;
namespace fs = std::filesystem;

constexpr uint64_t long_ago_ns = 1;

// The tool with one instance in a host without services: whatever it needs of them is refused.
class Tool final {
 public:
  Tool() : instance_(host_), table_(instance_.table<weft_tool>(WEFT_TOOL_ID)) {
    INFO(instance_.message());
    REQUIRE(instance_.status() == WEFT_OK);
    REQUIRE(table_ != nullptr);
    manifest_ = text_.json(read_text(plugin_folder() / "plugin.json"))["components"_k][0U];
  }

  Value manifest() const { return manifest_; }
  bool is_serial() const { return (table_->flags & WEFT_SERIAL) != 0; }
  Value json(std::string_view text) { return text_.json(text); }
  Value parameter(Key name) const { return manifest_["parameters"_k]["properties"_k][name]; }

  // The names that 'operation' may have; one empty name where there is none.
  std::vector<std::string> operations() const {
    std::vector<std::string> names;
    for (const Value name : parameter("operation"_k)["enum"_k]) names.emplace_back(name.as_text());
    if (names.empty()) names.emplace_back();
    return names;
  }

  // Why the answer is not one that a tool may give; empty when it is fine. Any thread.
  std::string complaint(Value args, Invocation& call, weft_op op = 1) {
    call.give(args, op);
    host_.open(op);
    weft_status status = table_->start(instance_.self(), call.call(), call.out());
    FakeHost::Completion later;
    if (status == WEFT_PENDING) {
      later = host_.await(op);
      status = later.status;
    }
    if (status == WEFT_PENDING) return "no answer came";
    if (status > 0) return "status " + std::to_string(status) + " is none of a tool";
    if (status == WEFT_OK) return damage(call.value());
    const std::string said = later.text.empty() ? std::string(call.message()) : later.text;
    if (said.empty()) return "status " + std::to_string(status) + " comes without a message";
    return said.back() == '.' ? "the message ends with a period: " + said : std::string();
  }
  std::string complaint(Value args) {
    Invocation call;
    return complaint(args, call);
  }

 private:
  static std::string damage(Value value) {
    if (!value.exists()) return {};
    Memory memory;
    const auto copy = base::copy_checked(value, memory.arena());
    if (!copy) return "the result is damaged: " + copy.error().message;
    const base::Doc doc = base::pack(*copy);
    const auto valid = base::validate(doc.data(), doc.size_bytes());
    return valid ? std::string() : "the result does not pack: " + valid.error().message;
  }

  FakeHost host_;
  Instance instance_;
  const weft_tool* table_;
  tests::Text text_;
  Value manifest_;
};

// {operation, name: value}, the operation where there is one.
Value arguments(Memory& memory, std::string_view operation, std::string_view name, Value value) {
  Builder b(memory.arena());
  b.begin_object();
  if (!operation.empty() && name != "operation") b.set("operation"_k, operation);
  b.set(Key(name), value);
  b.end_object();
  return b.take_value();
}

// Calls with each parameter of each operation being this value.
void try_everywhere(Tool& tool, Value value) {
  const Value properties = tool.manifest()["parameters"_k]["properties"_k];
  for (const std::string& operation : tool.operations()) {
    for (uint32_t i = 0; i < properties.size(); ++i) {
      Memory memory;
      INFO(operation << " with another '" << properties.key(i) << "'");
      CHECK(tool.complaint(arguments(memory, operation, properties.key(i), value)) == "");
    }
  }
}

// A working directory for one case.
class Scratch final {
 public:
  explicit Scratch(const fs::path& files) {
    std::string name = (fs::temp_directory_path() / "weft-tool-XXXXXX").string();
    REQUIRE(mkdtemp(name.data()) != nullptr);
    folder_ = fs::canonical(name);
    if (fs::exists(files)) fs::copy(files, folder_, fs::copy_options::recursive);
    before_ = fs::current_path();
    fs::current_path(folder_);
  }
  ~Scratch() {
    std::error_code ignored;
    fs::current_path(before_, ignored);
    fs::remove_all(folder_, ignored);
  }
  Scratch(const Scratch&) = delete;
  Scratch& operator=(const Scratch&) = delete;
  std::string path() const { return folder_.string(); }

 private:
  fs::path folder_, before_;
};

struct Step {
  std::string parameters;
  bool may_fail = false;
};

// The steps of a case that call the tool with what is written there, so without templates.
std::vector<Step> steps_of(Tool& tool, const fs::path& folder) {
  std::vector<Step> found;
  if (!fs::exists(folder / "workflow.json")) return found;
  const Value steps = tool.json(read_text(folder / "workflow.json"))["steps"_k];
  for (const Value step : steps) {
    const Value parameters = step["parameters"_k];
    const bool is_ours = step["tool"_k].as_text() == tool.manifest()["id"_k].as_text();
    const std::string text = base::json_text(parameters);
    if (!is_ours || text.find("{{") != std::string::npos) continue;
    found.push_back({text, fs::exists(folder / "error.txt") || step["on_error"_k].exists()});
  }
  return found;
}

// Those of the run, else what the definition says.
std::string grants_of(Tool& tool, const fs::path& folder) {
  if (fs::exists(folder / "grants.json")) return read_text(folder / "grants.json");
  const Value policy = tool.json(read_text(folder / "workflow.json"))["policy"_k];
  return policy.exists() ? base::json_text(policy) : "{}";
}

}  // namespace

TEST_CASE("every operation of the manifest has an effect, and every effect an operation",
          "[tool]") {
  const Tool tool;
  const Value effects = tool.manifest()["operations"_k];
  if (!effects.exists()) {
    CHECK(!tool.manifest()["effect"_k].as_text().empty());
    return;
  }
  for (const std::string& operation : tool.operations()) {
    INFO(operation);
    CHECK(!effects[Key(operation)]["effect"_k].as_text().empty());
  }
  CHECK(effects.size() == tool.operations().size());
}

TEST_CASE("arguments that are none are survived", "[tool]") {
  Tool tool;
  for (const std::string_view text :
       {"null", "true", "7", "\"text\"", "[]", "[[1]]", "{}", R"({"operation": 7})",
        R"({"operation": "no such one"})", R"({"": null, "unknown": [{"deep": {}}]})"}) {
    INFO(text);
    CHECK(tool.complaint(tool.json(text)) == "");
  }
  CHECK(tool.complaint(Value()) == "");
}

TEST_CASE("every parameter may be of any type", "[tool]") {
  Tool tool;
  for (const std::string_view text :
       {"null", "false", "-1", "9223372036854775807", "18446744073709551615", "-1e308", "0.5",
        "\"\"", "\"zzz\"", R"("\u0000\u0001\uFFFD")", "[]", "[null, -1, \"zzz\", {}]", "{}",
        R"({"a": [1, {"b": null}], "": ""})"}) {
    INFO(text);
    try_everywhere(tool, tool.json(text));
  }
  Memory memory;
  Builder b(memory.arena());
  b.bytes(std::string_view("\xff\x00\xfe", 3));
  try_everywhere(tool, b.take_value());
}

TEST_CASE("huge and deep arguments are answered", "[tool]") {
  Tool tool;
  Memory memory;
  Builder b(memory.arena());
  b.text(std::string(4U << 20U, 'z'));
  try_everywhere(tool, b.take_value());
  b.begin_array();
  for (int i = 0; i < 100'000; ++i) b.integer(i);
  b.end_array();
  try_everywhere(tool, b.take_value());
  std::string deep;
  for (int i = 0; i < 60; ++i) deep += "[";
  try_everywhere(tool, tool.json(deep + std::string(60, ']')));
  b.text(std::string(20'000, '('));
  try_everywhere(tool, b.take_value());
}

TEST_CASE("a call that is to end before it begins is answered", "[tool]") {
  Tool tool;
  for (const fs::path& folder : cases("")) {
    for (const Step& step : steps_of(tool, folder)) {
      INFO(step.parameters);
      Invocation cancelled, late;
      cancelled.cancel();
      late.end_by(long_ago_ns);
      CHECK(tool.complaint(tool.json(step.parameters), cancelled) == "");
      CHECK(tool.complaint(tool.json(step.parameters), late) == "");
    }
  }
}

TEST_CASE("eight calls at once are answered", "[tool]") {
  Tool tool;
  if (tool.is_serial()) {
    WARN("skipped: the tool takes one call at a time");
    return;
  }
  std::vector<Value> arguments{tool.json("{}")};
  for (const fs::path& folder : cases("")) {
    for (const Step& step : steps_of(tool, folder)) arguments.push_back(tool.json(step.parameters));
  }
  std::atomic<int> wrong{0};
  std::vector<std::thread> threads;
  for (uint32_t t = 0; t < 8; ++t) {
    threads.emplace_back([&, t] {
      for (uint32_t i = 0; i < 100; ++i) {
        Invocation call;
        const Value args = arguments[(t + i) % arguments.size()];
        if (!tool.complaint(args, call, t * 1000 + i + 1).empty()) ++wrong;
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  CHECK(wrong == 0);
}

TEST_CASE("results of the cases are as the manifest says", "[tool]") {
  Tool tool;
  uint32_t checked = 0;
  for (const fs::path& folder : cases("")) {
    const std::vector<Step> steps = steps_of(tool, folder);
    if (steps.empty()) continue;
    const Scratch scratch(folder / "files");
    tests::ToolHost host(&plugin(), plugin_folder().string(), scratch.path());
    host.grant(grants_of(tool, folder));
    for (const Step& step : steps) {
      INFO(folder << ": " << step.parameters);
      // Throws when the result breaks its schema.
      const tests::ToolAnswer answer = host.call(step.parameters);
      ++checked;
      INFO(answer.message);
      if (!step.may_fail) CHECK(answer.ok());
      if (!answer.ok()) CHECK(!answer.message.empty());
    }
  }
  if (cases("").empty()) {
    WARN("skipped: the tool has no cases");
  } else {
    CHECK(checked > 0);
  }
}

}  // namespace weft::test
