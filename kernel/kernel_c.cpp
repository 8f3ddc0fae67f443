// kernel.h in the words of kernel.hpp.
#include <weft/kernel.h>
#include <weft/kernel.hpp>

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <string>

struct weft_kernel {
  std::unique_ptr<weft::Kernel> kernel;
};

struct weft_workflow {
  weft::Workflow workflow;
};

namespace {

weft_status say(weft_error* err, const weft::Error& error) {
  if (err != nullptr) {
    err->status = static_cast<weft_status>(error.status);
    err->flags = error.flags;
    err->retry_after_ms = error.retry_after_ms;
    err->msg_len = static_cast<uint32_t>(error.message.copy(err->msg, sizeof err->msg - 1));
    err->msg[err->msg_len] = 0;
    err->detail = {nullptr, 0};
  }
  return static_cast<weft_status>(error.status);
}

char* copied(std::string_view text) {
  auto* copy = static_cast<char*>(std::malloc(text.size() + 1));
  if (copy == nullptr) return nullptr;
  std::memcpy(copy, text.data(), text.size());
  copy[text.size()] = 0;
  return copy;
}

weft_status give(weft::Result<weft::Outcome>& ended, weft_outcome* outcome, weft_error* err) {
  if (!ended) return say(err, ended.error());
  outcome->state = static_cast<uint32_t>(ended->state);
  outcome->run = copied(ended->run);
  outcome->result = copied(ended->result.to_json());
  return WEFT_OK;
}

std::string line_of(const weft::Error& e) {
  std::string line = e.where.file;
  line.append(":").append(std::to_string(e.where.line));
  line.append(":").append(std::to_string(e.where.column)).append(": ").append(e.message);
  if (!e.hint.empty()) line.append("; ").append(e.hint);
  return line.append("\n");
}

}  // namespace

extern "C" {

weft_status weft_kernel_create(const weft_kernel_options* options, weft_kernel** kernel,
                               weft_error* err) noexcept {
  weft::KernelOptions o;
  for (uint32_t i = 0; i < options->plugin_count; ++i)
    o.plugin_paths.emplace_back(options->plugins[i]);
  if (options->store != nullptr) o.store = options->store;
  o.threads = options->threads;
  o.observer = options->observer;
  o.observer_self = options->observer_self;
  auto made = weft::Kernel::create(std::move(o));
  if (!made) return say(err, made.error());
  *kernel = new weft_kernel{std::move(*made)};
  return WEFT_OK;
}

void weft_kernel_destroy(weft_kernel* kernel) noexcept { delete kernel; }

weft_status weft_kernel_load(weft_kernel* kernel, weft_str text, const char* file,
                             weft_workflow** workflow, char** problems, weft_error* err) noexcept {
  weft::Loaded loaded = kernel->kernel->load(weft::to_view(text), file);
  if (!loaded.workflow.empty()) {
    *workflow = new weft_workflow{loaded.workflow.front()};
    return WEFT_OK;
  }
  if (problems != nullptr) {
    std::string all;
    for (const weft::Error& e : loaded.problems) all += line_of(e);
    *problems = copied(all);
  }
  say(err, loaded.problems.front());
  return WEFT_BAD_INPUT;
}

void weft_workflow_free(weft_workflow* workflow) noexcept { delete workflow; }

weft_status weft_kernel_start(weft_kernel* kernel, const weft_workflow* workflow, weft_str input,
                              char** run, weft_error* err) noexcept {
  weft::RunOptions options;
  weft::Document document;
  if (input.n != 0) {
    auto parsed = weft::Document::parse_json(weft::to_view(input));
    if (!parsed) return say(err, parsed.error());
    document = std::move(*parsed);
    options.input = document.view();
  }
  auto id = kernel->kernel->start(workflow->workflow, options);
  if (!id) return say(err, id.error());
  *run = copied(*id);
  return WEFT_OK;
}

weft_status weft_kernel_wait(weft_kernel* kernel, const char* run, int64_t timeout_ns,
                             weft_outcome* outcome, weft_error* err) noexcept {
  auto ended = kernel->kernel->wait(run, timeout_ns);
  return give(ended, outcome, err);
}

weft_status weft_kernel_resume(weft_kernel* kernel, const char* run, weft_outcome* outcome,
                               weft_error* err) noexcept {
  auto ended = kernel->kernel->resume(run, weft::Unknown::keep_waiting, {});
  return give(ended, outcome, err);
}

weft_status weft_kernel_cancel(weft_kernel* kernel, const char* run, const char* reason,
                               weft_error* err) noexcept {
  auto done = kernel->kernel->cancel(run, reason);
  return done ? WEFT_OK : say(err, done.error());
}

weft_status weft_kernel_send(weft_kernel* kernel, const char* run, weft_str message,
                             weft_error* err) noexcept {
  auto value = weft::Document::parse_json(weft::to_view(message));
  if (!value) return say(err, value.error());
  auto sent = kernel->kernel->send(run, value->view());
  return sent ? WEFT_OK : say(err, sent.error());
}

weft_status weft_kernel_list(weft_kernel* kernel, uint32_t most, char** json,
                             weft_error* err) noexcept {
  auto all = kernel->kernel->list({{}, {}, {}, 0, INT64_MAX, most});
  if (!all) return say(err, all.error());
  *json = copied(all->to_json());
  return WEFT_OK;
}

int32_t weft_kernel_turn(weft_kernel* kernel) noexcept { return kernel->kernel->turn() ? 1 : 0; }

void weft_text_free(char* text) noexcept { std::free(text); }

}  // extern "C"
