#include "session.hpp"

#include <charconv>
#include <map>
#include <thread>

#include "beside.hpp"
#include "places.hpp"
#include "pool.hpp"
#include "values.hpp"

namespace weft::cli {

using namespace weft::lit;

namespace {

Result<std::vector<KernelOptions::Part>> parts_of(const Arguments& arguments,
                                                  std::string_view option) {
  std::vector<KernelOptions::Part> parts;
  for (const std::string& given : arguments.values(option)) {
    auto part = read_part(option, given);
    if (!part) return part.error();
    parts.push_back(std::move(*part));
  }
  return parts;
}

// NAME=N and NAME=N/min, which may both be said of one name.
Result<Document> resources_of(const std::vector<std::string>& given) {
  std::map<std::string_view, std::pair<uint64_t, uint64_t>> limits;
  for (const std::string& one : given) {
    const std::string_view text = one;
    const size_t equals = text.rfind('=');
    std::string_view count = equals < text.size() ? text.substr(equals + 1) : std::string_view();
    const bool per_minute = count.ends_with("/min");
    if (per_minute) count.remove_suffix(4);
    uint64_t n = 0;
    const auto [end, fault] = std::from_chars(count.data(), count.data() + count.size(), n);
    if (equals == 0 || n == 0 || fault != std::errc() || end != count.data() + count.size()) {
      return Error{Status::bad_input, "cli.bad_resource", "'" + one + "' does not limit a resource",
                   "write --resource db=3 or --resource 'host:api.example.org=60/min'"};
    }
    auto& [at_once, a_minute] = limits[text.substr(0, equals)];
    (per_minute ? a_minute : at_once) = n;
  }
  Pool pool;
  Builder b(pool.arena());
  b.begin_object();
  for (const auto& [name, limit] : limits) {
    b.key(Key(name));
    b.begin_object();
    if (limit.first != 0) b.set("at_once"_k, limit.first);
    if (limit.second != 0) b.set("per_minute"_k, limit.second);
    b.end_object();
  }
  b.end_object();
  return Document::copy(b.take_value());
}

Result<void> add_engine(const Arguments& arguments, KernelOptions& options) {
  auto threads = number_of(arguments, "threads", std::thread::hardware_concurrency());
  if (!threads) return threads.error();
  options.threads = *threads;
  auto sinks = parts_of(arguments, "sink");
  if (!sinks) return sinks.error();
  options.sinks = std::move(*sinks);
  auto hooks = parts_of(arguments, "hook");
  if (!hooks) return hooks.error();
  options.hooks = std::move(*hooks);
  auto resources = resources_of(arguments.values("resource"));
  if (!resources) return resources.error();
  options.resources = std::move(*resources);
  if (!arguments.has("hooks")) return {};
  auto composition = read_part("hooks", arguments.value("hooks"));
  if (!composition) return composition.error();
  Pool pool;
  Builder b(pool.arena());
  b.begin_object();
  b.set("mode"_k, std::string_view(composition->id));
  for (const Key name : {"threshold"_k, "ties"_k}) {
    const Value said = composition->config.view()[name];
    if (said.exists()) b.set(name, said);
  }
  b.end_object();
  options.hook_composition = Document::copy(b.take_value());
  return {};
}

}  // namespace

Exit complain(const Console& console, const Error& error) {
  console.err.write(Diagnostics(console.err).render(error));
  return exit_of(error);
}

ProgressMode progress_mode(const Arguments& arguments, const Console& console) {
  if (arguments.has("quiet") || arguments.has("json")) return ProgressMode::nothing;
  return console.err.can_redraw() ? ProgressMode::list : ProgressMode::lines;
}

Session::Session(const Console& console, const Wants& wants)
    : console_(&console),
      interrupts_(wants.runs ? std::optional<Interrupts>(std::in_place) : std::nullopt),
      diagnostics_(console.err),
      progress_(console.err, wants.progress),
      log_(console.err, [this](std::string_view line) { progress_.print(line); }) {}

Result<std::unique_ptr<Session>> Session::open(const Arguments& arguments, const Console& console,
                                               const Wants& wants) {
  std::unique_ptr<Session> session(new Session(console, wants));
  if (auto opened = session->open(arguments, wants); !opened) return opened.error();
  return session;
}

Result<void> Session::open(const Arguments& arguments, const Wants& wants) {
  KernelOptions options;
  options.plugin_paths = plugin_paths(arguments.values("plugins"));
  auto mask = log_mask_of(arguments.value("log", "warn"));
  if (!mask) return mask.error();
  options.log_mask = *mask;
  options.log = [this](uint32_t level, std::string_view component, std::string_view message) {
    log_.write(level, component, message);
  };
  options.find = [this](std::string_view name, std::string_view file) {
    auto found = find_beside(name, file);
    if (found) diagnostics_.add_source(found->file, found->text);
    return found;
  };
  if (wants.store) {
    auto url = store_url(arguments.value("store"));
    if (!url) return url.error();
    options.store = std::move(*url);
    keeps_runs_ = !options.store.starts_with("memory:");
  }
  if (wants.runs) {
    if (auto added = add_engine(arguments, options); !added) return added.error();
    if (!wants.hook.empty()) options.hooks.push_back({std::string(wants.hook), Document()});
    options.observer = progress_.sink();
    options.observer_self = &progress_;
  }
  auto kernel = Kernel::create(std::move(options));
  if (!kernel) return kernel.error();
  kernel_ = std::move(*kernel);
  return {};
}

void Session::say(const Error& error, Severity severity) {
  progress_.print(diagnostics_.render(error, severity));
}

}  // namespace weft::cli
