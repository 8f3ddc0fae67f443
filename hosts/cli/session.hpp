// Session: a kernel opened as the command line says, with what people see of it.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include <weft/kernel.hpp>

#include "arguments.hpp"
#include "diagnose.hpp"
#include "exit.hpp"
#include "interrupts.hpp"
#include "log_lines.hpp"
#include "progress.hpp"
#include "terminal.hpp"

namespace weft::cli {

// Prints an error and says how to end.
Exit complain(const Console& console, const Error& error);

struct Wants {
  bool runs = false;   // steps are executed: threads, sinks and hooks are set up
  bool store = false;  // the store of the command line; else one that forgets
  ProgressMode progress = ProgressMode::nothing;
  std::string_view hook{};  // asked beside those of the command line
};

// As the console allows, unless '--quiet' or '--json' say that there is none.
ProgressMode progress_mode(const Arguments& arguments, const Console& console);

class Session final {
 public:
  static Result<std::unique_ptr<Session>> open(const Arguments& arguments, const Console& console,
                                               const Wants& wants);
  Session(const Session&) = delete;
  Session& operator=(const Session&) = delete;

  Kernel& kernel() { return *kernel_; }
  Progress& progress() { return progress_; }
  // Requires: wants.runs.
  Interrupts& interrupts() { return *interrupts_; }
  const Console& console() const { return *console_; }
  Diagnostics& diagnostics() { return diagnostics_; }
  // Whether another process will find the runs of this one.
  bool keeps_runs() const { return keeps_runs_; }
  // Prints what is wrong, beside the progress.
  void say(const Error& error, Severity severity = Severity::error);

 private:
  Session(const Console& console, const Wants& wants);
  Result<void> open(const Arguments& arguments, const Wants& wants);

  const Console* console_;
  std::optional<Interrupts> interrupts_;  // before anything that has threads
  Diagnostics diagnostics_;
  Progress progress_;
  LogLines log_;
  bool keeps_runs_ = false;
  std::unique_ptr<Kernel> kernel_;
};

}  // namespace weft::cli
