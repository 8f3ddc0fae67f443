// A tool as a kernel runs it: schemas checked on both sides, the real file service, grants that the
// test chooses.
#pragma once

#include <fstream>
#include <memory>
#include <sstream>
#include <stdexcept>
#include <string>
#include <string_view>

#include <weft/tool.h>

#include "base/json.hpp"
#include "json.hpp"
#include "plugin/arena.hpp"
#include "plugin/failure.hpp"
#include "plugin/files.hpp"
#include "plugin/instance.hpp"
#include "spec/schema.hpp"

namespace weft::tests {

// What one call answered. The values live as long as the answer.
struct ToolAnswer {
  weft_status status = WEFT_FAILED;
  uint32_t flags = 0;
  std::string message, code, hint;
  Value result, metadata, details;
  std::shared_ptr<plugin::CallArena> memory;
  std::shared_ptr<Text> arguments;  // an answer may link to what it was asked

  bool ok() const { return status == WEFT_OK; }
  std::string json() const { return base::json_text(result); }
};

class ToolHost final {
 public:
  // folder is that of the plugin in the tree. A null plugin only lends a host.
  ToolHost(const weft_plugin* plugin, const std::string& folder, const std::string& directory)
      : files(directory), instance_(&port_, files.services(), of(plugin, folder)) {
    port_.self = this;
    port_.grants = [](void* self, weft_op) noexcept {
      return static_cast<ToolHost*>(self)->grants_.raw();
    };
    if (plugin == nullptr) return;
    make_schemas();
    const auto made = instance_.create(Value());
    if (!made) throw std::runtime_error(made.error().message);
    tool_ = static_cast<const weft_tool*>(*instance_.table(WEFT_TOOL_ID));
  }
  ~ToolHost() {
    if (tool_ != nullptr && instance_.stop(1000)) static_cast<void>(instance_.destroy());
  }
  ToolHost(const ToolHost&) = delete;
  ToolHost& operator=(const ToolHost&) = delete;

  // {fs: {read, write}} as JSON.
  void grant(std::string_view json) { grants_ = text_.json(json); }
  const weft_host* host() const { return instance_.host(); }
  uint32_t tool_flags() const { return tool_->flags; }

  ToolAnswer call(std::string_view json) {
    auto arguments = std::make_shared<Text>();
    ToolAnswer answer = call(arguments->json(json));
    answer.arguments = std::move(arguments);
    return answer;
  }
  // Any thread.
  ToolAnswer call(Value args) {
    ToolAnswer answer;
    answer.memory = std::make_shared<plugin::CallArena>(uint64_t{1} << 30U);
    const auto complete = parameters_->check_and_complete(args, answer.memory->words());
    if (!complete) {
      answer.status = WEFT_BAD_INPUT;
      answer.code = "tool.invalid_argument";
      answer.message = complete.error().message;
      return answer;
    }
    start(*complete, answer);
    return answer;
  }

  weft_call make_call(plugin::CallArena& memory, Value args) const {
    weft_call call{};
    call.size = sizeof call;
    call.attempt = 1;
    call.op = 7;
    call.args = args.raw();
    call.arena = memory.raw();
    call.cancel = &cancel;
    return call;
  }

  plugin::Files files;
  uint32_t cancel = 0;

 private:
  plugin::Instance::Of of(const weft_plugin* plugin, const std::string& folder) {
    if (plugin == nullptr) return {nullptr, "probe", "1.0.0", text_.json(folder)};
    std::ifstream in(folder + "/plugin.json");
    std::ostringstream json;
    json << in.rdbuf();
    manifest_ = text_.json(json.str())[Key(std::string_view("components"))][0];
    return {plugin->component(0), "tool", "1.0.0", manifest_};
  }
  void make_schemas() {
    auto parameters = spec::Schema::compile(manifest_[Key(std::string_view("parameters"))]);
    if (!parameters) throw std::runtime_error(parameters.error().message);
    parameters_ = std::make_unique<spec::Schema>(std::move(*parameters));
    auto result = spec::Schema::compile(manifest_[Key(std::string_view("result"))]);
    if (!result) throw std::runtime_error(result.error().message);
    result_ = std::make_unique<spec::Schema>(std::move(*result));
  }
  void start(Value args, ToolAnswer& answer) {
    weft_error error;
    plugin::prepare(error);
    weft_out out{sizeof out, 0, null_value().raw(), &error};
    const weft_call call = make_call(*answer.memory, args);
    answer.status = tool_->start(instance_.self(), &call, &out);
    if (answer.status == WEFT_OK) return take(Value(out.val), out.flags, answer);
    answer.message.assign(error.msg, error.msg_len);
    answer.flags = error.flags;
    const Value detail(error.detail);
    answer.code = detail[Key(std::string_view("code"))].as_text();
    answer.hint = detail[Key(std::string_view("hint"))].as_text();
    answer.details = detail[Key(std::string_view("details"))];
  }
  void take(Value value, uint32_t flags, ToolAnswer& answer) {
    const bool has_meta = (flags & WEFT_OUT_META) != 0;
    answer.result = has_meta ? value[Key(std::string_view("result"))] : value;
    answer.metadata = has_meta ? value[Key(std::string_view("metadata"))] : Value();
    std::vector<spec::Problem> problems;
    if (!result_->check(answer.result, "", problems)) {
      throw std::runtime_error("the result breaks its schema: " + problems.front().message);
    }
  }

  Text text_;
  Value grants_, manifest_;
  plugin::Port port_;
  plugin::Instance instance_;
  std::unique_ptr<spec::Schema> parameters_, result_;
  const weft_tool* tool_ = nullptr;
};

}  // namespace weft::tests
