// golden: runs a case and compares what came of it. Usage: golden FOLDER [KIND PLUGIN]
#include <unistd.h>

#include <cstdio>
#include <stdexcept>

#include "case.hpp"
#include "observed.hpp"

namespace weft::golden {
namespace {

namespace fs = std::filesystem;
using namespace lit;

// A working directory that is gone when the case is over.
class Scratch final {
 public:
  Scratch() {
    std::string name = (fs::temp_directory_path() / "weft-golden-XXXXXX").string();
    if (mkdtemp(name.data()) == nullptr) throw std::runtime_error("cannot make a directory");
    folder_ = fs::canonical(name);
    fs::current_path(folder_);
  }
  ~Scratch() {
    std::error_code ignored;
    fs::current_path("/", ignored);
    fs::remove_all(folder_, ignored);
  }
  Scratch(const Scratch&) = delete;
  Scratch& operator=(const Scratch&) = delete;

  // Where it lies is different each time.
  std::string mask(std::string text) const {
    const std::string path = folder_.string();
    for (size_t at = text.find(path); at != std::string::npos; at = text.find(path, at)) {
      text.replace(at, path.size(), "<scratch>");
    }
    return text;
  }

 private:
  fs::path folder_;
};

std::string rendered(const std::vector<Error>& problems) {
  std::string text;
  for (const Error& e : problems) {
    text += e.where.file + ":" + std::to_string(e.where.line) + ":" +
            std::to_string(e.where.column) + ": error[" + e.code + "]: " + e.message + "\n";
    if (!e.hint.empty()) text += "  hint: " + e.hint + "\n";
  }
  return text;
}

std::string failure(std::string_view code, std::string_view message) {
  return std::string(code) + ": " + std::string(message) + "\n";
}

std::string steps_of(const Outcome& outcome) {
  std::string text = "run " + std::string(to_text(outcome.state)) + "\n";
  const Value steps = outcome.detail.view()["step_results"_k];
  for (uint32_t i = 0; i < steps.size(); ++i) {
    const Value step = steps[i];
    text += std::string(steps.key(i)) + " " + std::string(step["status"_k].as_text()) + " " +
            std::to_string(step["attempts"_k].as_u64());
    if (step["output"_k].exists()) text += " " + to_json(step["output"_k]);
    if (step["error"_k].exists()) {
      text.append(" ").append(step["error"_k]["code"_k].as_text());
    }
    if (step["reason"_k].exists()) text.append(": ").append(step["reason"_k].as_text());
    text += "\n";
  }
  return text;
}

void check_options(Value options) {
  for (uint32_t i = 0; i < options.size(); ++i) {
    const std::string_view key = options.key(i);
    if (key != "starting_step" && key != "params" && key != "config" && key != "hooks") {
      throw std::runtime_error("options.json has no field '" + std::string(key) + "'");
    }
  }
}

struct Of {
  std::string kind, plugin;
};

// The plugin whose case it is takes part, not only its neighbours.
KernelOptions kernel_options(Case& one, const Of& of, Observed& observed) {
  KernelOptions options;
  options.plugin_paths = {WEFT_PLUGINS, WEFT_GOLDEN_PLUGINS};
  options.observer = Observed::table();
  options.observer_self = &observed;
  options.log = [](uint32_t, std::string_view component, std::string_view message) {
    std::fprintf(stderr, "%.*s: %.*s\n", static_cast<int>(component.size()), component.data(),
                 static_cast<int>(message.size()), message.data());
  };
  const Value config = one.value("options.json")["config"_k];
  const auto part = [&] {
    return KernelOptions::Part{of.plugin, config.exists() ? Document::copy(config) : Document()};
  };
  for (const Value hook : one.value("options.json")["hooks"_k]) {
    options.hooks.push_back({"judge", Document::copy(hook)});
    options.threads = 1;  // on which one that hangs can be left
  }
  if (of.kind == "sink") options.sinks.push_back(part());
  if (of.kind == "hook") options.hooks.push_back(part());
  if (of.kind == "store") {
    options.store = of.plugin + ":" + std::string(config["path"_k].as_text());
  }
  return options;
}

void run(Kernel& kernel, Case& one, const Workflow& workflow, Said& said) {
  const Value given = one.value("options.json");
  RunOptions options;
  options.input = one.value("input.json");
  options.grants = one.value("grants.json");
  options.params = given["params"_k];
  options.starting_step = given["starting_step"_k].as_text();
  options.with_detail = true;
  const auto outcome = kernel.run(workflow, options);
  if (!outcome) {
    said["error.txt"] = failure(outcome.error().code, outcome.error().message);
    return;
  }
  const Value result = outcome->result.view();
  if (outcome->state == RunState::completed || outcome->state == RunState::partially_completed) {
    said["output.json"] = outcome->result.to_json(true) + "\n";
  } else if (outcome->state == RunState::failed) {
    said["error.txt"] = failure(result["code"_k].as_text(), result["message"_k].as_text());
  } else {
    throw std::runtime_error("the run is " + std::string(to_text(outcome->state)));
  }
  said["steps.txt"] = steps_of(*outcome);
}

Said say(Case& one, const Of& of) {
  Said said;
  Observed observed;
  {
    auto kernel = Kernel::create(kernel_options(one, of, observed));
    if (!kernel) throw std::runtime_error(kernel.error().code + ": " + kernel.error().message);
    const Loaded loaded = (*kernel)->load(one.text(one.workflow()), one.workflow());
    if (loaded.workflow.empty()) {
      said["error.txt"] = rendered(loaded.problems);
      return said;
    }
    said["plan.txt"] = loaded.workflow.front().explain_text();
    run(**kernel, one, loaded.workflow.front(), said);
  }
  if (!observed.lines().empty()) said["events.txt"] = observed.lines();
  return said;
}

int check(const fs::path& folder, const Of& of) {
  Case one(fs::absolute(folder));
  const Scratch scratch;
  if (one.has("files")) {
    fs::copy(one.folder() / "files", fs::current_path(), fs::copy_options::recursive);
  }
  check_options(one.value("options.json"));
  Said said = say(one, of);
  for (auto& [file, text] : said) text = scratch.mask(std::move(text));
  const std::vector<std::string> complaints = one.compare(said);
  for (const std::string& complaint : complaints) std::fprintf(stderr, "%s\n", complaint.c_str());
  return complaints.empty() ? 0 : 1;
}

}  // namespace
}  // namespace weft::golden

int main(int argc, char** argv) {
  if (argc != 2 && argc != 4) {
    std::fprintf(stderr, "usage: golden FOLDER [KIND PLUGIN]\n");
    return 2;
  }
  try {
    return weft::golden::check(argv[1],
                               argc == 4 ? weft::golden::Of{argv[2], argv[3]} : weft::golden::Of{});
  } catch (const std::exception& e) {
    std::fprintf(stderr, "%s: %s\n", argv[1], e.what());
    return 1;
  }
}
